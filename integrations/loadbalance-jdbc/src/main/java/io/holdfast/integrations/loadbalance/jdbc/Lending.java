package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.NotServedException;
import io.holdfast.loadbalance.RoutingHeaders;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SortedMap;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets connections: to get one is a call of the balancer's, which is tried elsewhere and waits for a master as any other. A server says
 * itself what it is before its connection is handed out, so one that a pool has kept of a server that died since is not. Safe from any
 * thread.
 */
final class Lending {
    /** A pool may be full of connections to a server that was started anew. */
    private static final int MOST_STALE = 100;

    private static final Duration MOST_WAIT = Duration.ofMillis(500);
    private static final long PAUSE_NANOS = 5_000_000L;
    private static final Logger log = LoggerFactory.getLogger(Lending.class);

    private final LoadBalancer calls;
    private final Pools pools;
    private final MasterPositions positions;

    Lending(LoadBalancer calls, Pools pools, MasterPositions positions) {
        this.calls = calls;
        this.pools = pools;
        this.positions = positions;
    }

    Lease lend(boolean readOnly, @Nullable SessionPosition session) throws SQLException {
        LoadBalancer suited = session == null ? calls : calls.session(session.session());
        try {
            return (readOnly ? suited.toSlaves() : suited.toMaster()).call(to -> at(to, readOnly, session));
        } catch (CompletionException e) {
            if (e.getCause() instanceof SQLException callers) {
                throw callers;
            }
            throw e;
        } catch (HoldfastException e) {
            throw SqlFailures.ofCall(e);
        }
    }

    private Lease at(Attempt to, boolean readOnly, @Nullable SessionPosition session) throws SQLException {
        if (readOnly && session != null) {
            session.settle(positions, to.timeout());
        }
        Pool pool = pools.lend(to.endpoint(), to.timeout());
        boolean isLent = false;
        try {
            Lease lease = readOnly ? toRead(to, pool) : toWrite(to, pool);
            isLent = true;
            return lease;
        } finally {
            if (!isLent) {
                pool.takeBack();
            }
        }
    }

    /** What a fresh or pooled connection has to pass, with the state that its server was in. */
    private interface Test {
        Lease lease(Connection raw) throws SQLException;
    }

    private Lease tested(Attempt to, Pool pool, Test test) throws SQLException {
        long end = System.nanoTime() + to.timeout().toNanos();
        for (int stale = 0; ; stale++) {
            Connection raw;
            try {
                raw = pool.connect();
            } catch (SQLException e) {
                throw SqlFailures.notServed(id(to), e);
            }
            try {
                return test.lease(raw);
            } catch (NotServedException e) {
                giveBack(raw);
                throw e;
            } catch (SQLException e) {
                discard(raw);
                if (!SqlFailures.isBroken(e) || stale == MOST_STALE || System.nanoTime() - end >= 0) {
                    throw SqlFailures.notServed(id(to), e);
                }
                log.debug("a pooled connection to {} was broken: {}", id(to), e.toString());
            } catch (RuntimeException | Error e) {
                discard(raw);
                throw e;
            }
        }
    }

    /** Its URI is not for logs: some have a password in it. */
    private static String id(Attempt to) {
        return to.endpoint().id();
    }

    private static void giveBack(Connection raw) {
        try {
            raw.close();
        } catch (SQLException e) {
            log.debug("a connection could not be given back: {}", e.toString());
        }
    }

    private static void discard(Connection raw) {
        try {
            raw.abort(Runnable::run);
            raw.close();
        } catch (SQLException e) {
            log.debug("a broken connection could not be closed: {}", e.toString());
        }
    }

    private Lease toWrite(Attempt to, Pool pool) throws SQLException {
        FencingToken token = to.fence();
        RoleHolder master = new RoleHolder(to.endpoint().id(), token == null ? new FencingToken(0) : token);
        return tested(to, pool, raw -> {
            ServerState state =
                    ServerState.ask(raw, token == null ? "" : Long.toString(token.value()), 0, to.timeout());
            if (state.standby()) {
                throw refused(id(to) + " is a standby, and takes no writes");
            }
            return new Lease(calls, pool, raw, master);
        });
    }

    private Lease toRead(Attempt to, Pool pool) throws SQLException {
        SortedMap<String, String> asked = to.headers();
        if (asked.containsKey(RoutingHeaders.MAX_LAG_ENTRIES)) {
            throw new SQLException("PostgreSQL's log has no entries to count; use maxLag(Duration)");
        }
        String lag = asked.get(RoutingHeaders.MAX_LAG);
        String session = asked.get(RoutingHeaders.AT_LEAST);
        boolean isBounded = lag != null || session != null;
        long atLeast = session == null ? 0 : Long.parseLong(session);
        return tested(to, pool, raw -> {
            ServerState state = ServerState.ask(raw, to.timeout());
            if (to.isForMaster()
                    && state.standby()) { // as master it is asked for no bound, so as a standby it may be behind it
                throw refused(id(to) + " was announced as master, and has not been promoted yet");
            }
            long needed = atLeast;
            if (state.standby() && lag != null) {
                needed = Math.max(
                        needed,
                        positions.within(Duration.ofMillis(Long.parseLong(lag)).toNanos(), to.timeout()));
            } else if (!state.standby()) {
                needed = 0;
                checkMaster(to, isBounded);
            }
            long end = System.nanoTime()
                    + Math.min(MOST_WAIT.toNanos(), to.timeout().toNanos());
            while (state.standby() && state.position() < needed) {
                if (System.nanoTime() - end >= 0) {
                    throw refused(id(to) + " has replayed the log up to " + state.position() + ", and not to " + needed
                            + ", within " + MOST_WAIT);
                }
                state = ServerState.ask(raw, "", PAUSE_NANOS, to.timeout());
            }
            return new Lease(calls, pool, raw, null);
        });
    }

    /**
     * One that replays nobody's log and is not the master is one of old: nothing that has been written since is there. While nobody
     * was announced it may be that as well.
     */
    private void checkMaster(Attempt to, boolean isBounded) {
        RoleHolder master = calls.directory().master();
        if (master == null && isBounded) {
            throw refused(id(to) + " is no standby, and no master was announced: nobody knows how stale it is");
        }
        if (master != null && !master.nodeId().equals(to.endpoint().id())) {
            throw new NotServedException(
                    Failure.FAILED, // it will not be right by itself soon, so it is not to be asked again and again
                    id(to) + " is no standby, and not the master either; that is " + master.nodeId());
        }
    }

    private static NotServedException refused(String why) {
        return new NotServedException(Failure.REFUSED, why);
    }
}
