package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.NotServedException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The caller's pools by endpoint: made when first needed, retired when their endpoint has gone or moved. The caller's code, which may
 * connect when a pool is made and wait when it is closed, runs under no lock but that of its own endpoint. Safe from any thread.
 */
final class Pools implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pools.class);

    private final Function<Endpoint, ? extends DataSource> maker;
    private final PoolCloser closer = new PoolCloser();
    private final Map<String, Pool> pools = new ConcurrentHashMap<>();
    /** Held while the pool of that endpoint is made: once, not by each thread that wants it. */
    private final Map<String, ReentrantLock> making = new ConcurrentHashMap<>();

    private volatile boolean closed;

    Pools(Function<Endpoint, ? extends DataSource> maker) {
        this.maker = maker;
    }

    /**
     * That of an endpoint, lent: {@link Pool#takeBack} has to follow.
     *
     * @param limit how long to wait while another thread makes it
     */
    Pool lend(Endpoint endpoint, Duration limit) throws SQLException {
        while (!closed) {
            Pool known = pools.get(endpoint.id());
            Pool pool = known != null && known.isOf(endpoint) ? known : make(endpoint, limit);
            if (pool.lend()) {
                return pool;
            }
            pools.remove(endpoint.id(), pool); // it was retired in between
        }
        throw new SQLNonTransientConnectionException("the data source is closed", SqlFailures.NOT_CONNECTED);
    }

    private Pool make(Endpoint endpoint, Duration limit) throws SQLException {
        ReentrantLock lock = making.computeIfAbsent(endpoint.id(), id -> new ReentrantLock());
        if (!isTaken(lock, limit)) {
            throw new NotServedException(
                    Failure.FAILED, "the pool of " + endpoint.id() + " was not made within " + limit);
        }
        Pool made;
        Pool before;
        try {
            Pool known = pools.get(endpoint.id());
            if (known != null && known.isOf(endpoint)) {
                return known; // another thread has made it meanwhile
            }
            made = new Pool(endpoint, source(endpoint), closer);
            before = pools.put(endpoint.id(), made);
        } finally {
            lock.unlock();
        }
        log.info("{} gets a pool of its own", endpoint.id()); // its URI may have a password in it
        if (before != null) {
            before.retire();
        }
        if (closed && pools.remove(endpoint.id(), made)) {
            made.retire(); // it came too late for close() to see it
        }
        return made;
    }

    private static boolean isTaken(ReentrantLock lock, Duration limit) {
        try {
            return lock.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private DataSource source(Endpoint endpoint) throws SQLException {
        try {
            return Objects.requireNonNull(maker.apply(endpoint), "no data source was made");
        } catch (RuntimeException e) { // the caller's code, or a pool that connects when it is made
            throw SqlFailures.notMade(endpoint.id(), e);
        }
    }

    /** Who offers the service has changed. Waits for nobody. */
    void heed(Directory directory) {
        Set<String> present = new HashSet<>();
        directory.endpoints().forEach(each -> present.add(each.id()));
        making.keySet().retainAll(present);
        new TreeMap<>(pools).forEach((id, pool) -> {
            if (!present.contains(id) && pools.remove(id, pool)) {
                pool.retire();
            }
        });
    }

    /** Those that nobody uses are closed when this returns, save for those that were being closed already. */
    @Override
    public void close() {
        closed = true;
        closer.end();
        heed(Directory.of(0, List.of()));
    }
}
