package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The caller's pool of one endpoint, and how many of its connections are lent. One that is retired is closed as soon as none is: so
 * whoever is in the middle of a transaction ends it. Safe from any thread.
 */
final class Pool {
    private static final Logger log = LoggerFactory.getLogger(Pool.class);

    private final Endpoint endpoint;
    private final DataSource source;
    private final PoolCloser closer;
    private int lent;
    private boolean retired;

    Pool(Endpoint endpoint, DataSource source, PoolCloser closer) {
        this.endpoint = endpoint;
        this.source = source;
        this.closer = closer;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Whether it leads where that endpoint is. */
    boolean isOf(Endpoint other) {
        return endpoint.uri().equals(other.uri());
    }

    /** False if it is retired: then there is a newer one, or none. {@link #takeBack} has to follow. */
    synchronized boolean lend() {
        if (retired) {
            return false;
        }
        lent++;
        return true;
    }

    Connection connect() throws SQLException {
        return source.getConnection();
    }

    void takeBack() {
        boolean last;
        synchronized (this) {
            lent--;
            last = retired && lent == 0;
        }
        if (last) {
            end();
        }
    }

    /** Idempotent. */
    void retire() {
        boolean unused;
        synchronized (this) {
            unused = !retired && lent == 0;
            retired = true;
        }
        if (unused) {
            end();
        }
    }

    private void end() {
        closer.close(this::closeSource);
    }

    private void closeSource() {
        if (source instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) { // the caller's code; there is nobody to tell but the log
                log.warn("the pool of {} could not be closed: {}", endpoint.id(), e, e);
            }
        }
        log.info("the pool of {} is closed", endpoint.id());
    }
}
