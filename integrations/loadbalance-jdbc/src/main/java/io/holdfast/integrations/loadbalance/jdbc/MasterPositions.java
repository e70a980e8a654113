package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.NotServedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far the master's log had come, and when: whoever has replayed that much has all that had been acknowledged by then. So nobody's
 * clock counts but this process's own, and a standby that is cut off from an idle master is told from one that has everything. One
 * question is shared by all reads until half of their bound has passed. Safe from any thread.
 */
final class MasterPositions {
    private static final int MOST = 64;

    private final LoadBalancer calls;
    private final Pools pools;
    private final ReentrantLock asking = new ReentrantLock();
    /** Of the master that was announced last, in the order of time. Guarded by this. */
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    private record Sample(RoleHolder master, long askedNanos, long position) {}

    MasterPositions(LoadBalancer calls, Pools pools) {
        this.calls = calls;
        this.pools = pools;
    }

    /**
     * What has to be replayed for a read that may be so stale.
     *
     * @param limit on a question to the master, if it needs one
     * @throws NotServedException if the master does not say
     */
    long within(long stalenessNanos, Duration limit) throws SQLException {
        long now = System.nanoTime();
        RoleHolder master = master(calls.directory());
        Sample oldest = oldest(master, now, stalenessNanos);
        boolean refresh = newestAge(master, now) > stalenessNanos / 2;
        if (oldest != null && !(refresh && asking.tryLock())) {
            return oldest.position;
        }
        if (oldest == null && !lock(limit)) {
            throw refused("the master " + master.nodeId() + " did not say within " + limit + " how far it is");
        }
        try {
            if (oldest != null) {
                tryAsk(limit); // the next ones need it
                return oldest.position;
            }
            Sample meanwhile = oldest(master, System.nanoTime(), stalenessNanos);
            return meanwhile != null ? meanwhile.position : ask(limit);
        } finally {
            asking.unlock();
        }
    }

    private boolean lock(Duration limit) {
        try {
            return asking.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void tryAsk(Duration limit) throws SQLException {
        try {
            ask(limit);
        } catch (NotServedException e) {
            return; // what is known still serves; who finds nothing in time says so
        }
    }

    /** Where the master is at this moment. */
    long ask(Duration limit) throws SQLException {
        Directory directory = calls.directory();
        RoleHolder master = master(directory);
        Endpoint endpoint = directory.endpoints().stream()
                .filter(each -> each.id().equals(master.nodeId()))
                .findFirst()
                .orElseThrow(() -> refused("the master " + master.nodeId() + " offers no endpoint"));
        Pool pool = lend(endpoint, limit);
        try {
            long asked = System.nanoTime();
            ServerState state;
            try (Connection connection = pool.connect()) {
                state = ServerState.ask(connection, limit);
            } catch (SQLException e) {
                throw refused(endpoint.id() + " does not say how far the master is: " + e.getMessage());
            }
            if (state.standby()) {
                throw refused("the master " + master.nodeId() + " has not been promoted");
            }
            add(new Sample(master, asked, state.position()));
            return state.position();
        } finally {
            pool.takeBack();
        }
    }

    private Pool lend(Endpoint endpoint, Duration limit) throws SQLException {
        try {
            return pools.lend(endpoint, limit);
        } catch (NotServedException e) { // the master's failure, not that of whoever needs its word
            throw refused(endpoint.id() + " does not say how far the master is: " + e.getMessage());
        }
    }

    /** It is the server asked that refuses, since it cannot say whether it is fresh. */
    private static NotServedException refused(String why) {
        return new NotServedException(Failure.REFUSED, why);
    }

    private static RoleHolder master(Directory directory) {
        RoleHolder master = directory.master();
        if (master == null) {
            throw refused("no master was announced, so nobody knows what is fresh");
        }
        return master;
    }

    private synchronized void add(Sample sample) {
        samples.removeIf(each -> !each.master.equals(sample.master));
        samples.addLast(sample);
        if (samples.size() > MOST) {
            samples.removeFirst();
        }
    }

    private synchronized @Nullable Sample oldest(RoleHolder master, long now, long stalenessNanos) {
        return samples.stream()
                .filter(each -> each.master.equals(master) && now - each.askedNanos <= stalenessNanos)
                .findFirst()
                .orElse(null);
    }

    private synchronized long newestAge(RoleHolder master, long now) {
        Sample newest = samples.peekLast();
        return newest == null || !newest.master.equals(master) ? Long.MAX_VALUE : now - newest.askedNanos;
    }
}
