package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an endpoint's pool while it is used. It counts as a request in flight there, but not as one that is not
 * answered; and if it breaks, against the endpoint. Of one thread at a time, save for {@link #abort}.
 */
final class Lease {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final LoadBalancer calls;
    private final Pool pool;
    private final Connection raw;
    /** Whose writes it takes; null if it only reads. */
    private final @Nullable RoleHolder master;

    private final @Nullable Target inFlight;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final boolean autoCommitBefore;
    private final boolean readOnlyBefore;
    private volatile boolean broken;

    Lease(LoadBalancer calls, Pool pool, Connection raw, @Nullable RoleHolder master) throws SQLException {
        this.calls = calls;
        this.pool = pool;
        this.raw = raw;
        this.master = master;
        this.autoCommitBefore = raw.getAutoCommit();
        this.readOnlyBefore = raw.isReadOnly();
        this.inFlight = calls.balancer().hold(pool.endpoint().id()); // last: from here on it has to end
    }

    Connection raw() {
        return raw;
    }

    Endpoint endpoint() {
        return pool.endpoint();
    }

    boolean writes() {
        return master != null;
    }

    /**
     * Before anything that may write.
     *
     * @throws SQLException with the state 25006 if another master was announced since; the connection is of no use any more
     */
    void check() throws SQLException {
        RoleHolder now = calls.directory().master();
        if (master != null && !master.equals(now)) {
            broken = true; // what it has begun must not be committed by a pool that takes it back
            throw SqlFailures.demoted(endpoint().id() + " is no longer the master of " + master.token()
                    + (now == null ? "" : "; that is " + now.nodeId() + " of " + now.token())
                    + ": this connection takes no writes, and what it had not committed is rolled back");
        }
    }

    /** Something that was done by it has failed. */
    void failed(SQLException e) {
        if (SqlFailures.isBroken(e) || (master != null && SqlFailures.isReadOnly(e))) {
            broken = true;
        }
    }

    /** Gives it back as it was taken; one that is broken is ended instead. Idempotent. */
    void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        try {
            if (!broken) {
                restore();
            }
            if (broken) {
                raw.abort(Runnable::run);
            }
            raw.close();
        } catch (SQLException e) {
            broken = true;
            log.debug(
                    "a connection to {} could not be given back: {}", endpoint().id(), e.toString());
        } finally {
            settle();
        }
    }

    private void restore() {
        try {
            if (!raw.getAutoCommit()) {
                raw.rollback();
            }
            if (raw.isReadOnly() != readOnlyBefore) {
                raw.setReadOnly(readOnlyBefore);
            }
            if (raw.getAutoCommit() != autoCommitBefore) {
                raw.setAutoCommit(autoCommitBefore);
            }
        } catch (SQLException e) {
            broken = true;
        }
    }

    /** Ends it whatever it does at this moment. From any thread. */
    void abort() {
        if (ended.compareAndSet(false, true)) {
            try {
                raw.abort(Runnable::run);
                raw.close();
            } catch (SQLException e) {
                log.debug(
                        "a connection to {} could not be aborted: {}",
                        endpoint().id(),
                        e.toString());
            } finally {
                settle();
            }
        }
    }

    private void settle() {
        pool.takeBack();
        if (inFlight != null) {
            boolean isMaster = master == null || master.equals(calls.directory().master());
            calls.balancer().release(inFlight, broken && isMaster);
        }
    }
}
