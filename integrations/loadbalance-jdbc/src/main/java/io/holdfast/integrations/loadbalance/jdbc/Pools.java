package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The caller's pools by endpoint: made when first needed, retired when their endpoint has gone or moved. Safe from any thread. */
final class Pools implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pools.class);

    private final Function<Endpoint, ? extends DataSource> maker;
    private final Map<String, Pool> pools = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Pools(Function<Endpoint, ? extends DataSource> maker) {
        this.maker = maker;
    }

    /** That of an endpoint, lent: {@link Pool#takeBack} has to follow. */
    Pool lend(Endpoint endpoint) throws SQLException {
        while (!closed) {
            Pool pool = pools.compute(endpoint.id(), (id, known) -> {
                boolean fits = known != null && known.endpoint().uri().equals(endpoint.uri());
                return fits ? known : make(endpoint, known);
            });
            if (pool.lend()) {
                return pool;
            }
            pools.remove(endpoint.id(), pool); // it was retired in between
        }
        throw new SQLNonTransientConnectionException("the data source is closed", SqlFailures.NOT_CONNECTED);
    }

    private Pool make(Endpoint endpoint, @Nullable Pool before) {
        DataSource source =
                Objects.requireNonNull(maker.apply(endpoint), () -> "no data source was made for " + endpoint.id());
        if (before != null) {
            before.retire();
        }
        log.info("{} gets a pool of its own", endpoint.id()); // its URI may have a password in it
        return new Pool(endpoint, source);
    }

    /** Who offers the service has changed. */
    void heed(Directory directory) {
        Set<String> present = new HashSet<>();
        directory.endpoints().forEach(each -> present.add(each.id()));
        new TreeMap<>(pools).forEach((id, pool) -> {
            if (!present.contains(id) && pools.remove(id, pool)) {
                pool.retire();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        heed(Directory.of(0, List.of()));
    }
}
