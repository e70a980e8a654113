package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.ReadSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a session's reads see what it wrote: after its writes the master's position is asked for. Where the master does not answer, that
 * is owed, and the next read has it first. Safe from any thread.
 */
final class SessionPosition {
    private static final Logger log = LoggerFactory.getLogger(SessionPosition.class);
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final ReadSession session;
    private volatile boolean owed;

    SessionPosition(ReadSession session) {
        this.session = session;
    }

    ReadSession session() {
        return session;
    }

    /** Something was written by that connection, and is committed. */
    void written(Connection raw) {
        try {
            session.reached(ServerState.ask(raw, LIMIT).position());
        } catch (SQLException e) {
            owed = true;
            log.warn(
                    "the master took a write, and does not say how far its log is; the session's next read asks again: {}",
                    e.toString());
        }
    }

    /** A read begins. */
    void settle(MasterPositions positions, Duration limit) throws SQLException {
        if (owed) {
            session.reached(positions.ask(limit));
            owed = false;
        }
    }
}
