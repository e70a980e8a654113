package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.ReadSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a session's reads see what it wrote: after its writes the master's position is asked for. From a write until that was answered it
 * is owed, and reads have it from the master first. Safe from any thread.
 *
 * @param debt the same for all that are of that session
 */
record SessionPosition(ReadSession session, Debt debt) {
    private static final Logger log = LoggerFactory.getLogger(SessionPosition.class);
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** Something is about to be written and committed; {@link #written} or {@link #lost} has to follow. */
    void writes() {
        debt.begin();
    }

    /** Something was written by that connection, and is committed. */
    void written(Connection raw) {
        boolean isSaid = false;
        try {
            session.reached(ServerState.ask(raw, LIMIT).position());
            isSaid = true;
        } catch (SQLException e) {
            log.warn(
                    "the master took a write, and does not say how far its log is; the session's next read asks again: {}",
                    e.toString());
        } finally {
            if (isSaid) {
                debt.said();
            } else {
                debt.unsaid();
            }
        }
    }

    /** Something may have been written by a connection that cannot be asked. */
    void lost() {
        debt.unsaid();
    }

    /** A read begins. */
    void settle(MasterPositions positions, Duration limit) throws SQLException {
        if (debt.isOwed()) {
            long left = debt.left();
            session.reached(positions.ask(limit));
            debt.settle(left);
        }
    }
}
