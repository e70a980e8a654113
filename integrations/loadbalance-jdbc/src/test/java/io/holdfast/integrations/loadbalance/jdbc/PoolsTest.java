package io.holdfast.integrations.loadbalance.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.NotServedException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

@Timeout(60)
class PoolsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Endpoint ONE = Endpoint.of("db-1", "jdbc:postgresql://127.0.0.1:1/one");
    /** Their names have the same hash. */
    private static final Endpoint A = Endpoint.of("Aa", "jdbc:postgresql://127.0.0.1:1/a");

    private static final Endpoint B = Endpoint.of("BB", "jdbc:postgresql://127.0.0.1:1/b");

    /** One whose end takes as long as the test says. */
    private static final class Closeable extends PGSimpleDataSource implements AutoCloseable {
        private static final long serialVersionUID = 1L;

        private final transient CountDownLatch mayEnd = new CountDownLatch(1);
        private final transient CountDownLatch ended = new CountDownLatch(1);
        private transient volatile Thread closing = Thread.currentThread();

        @Override
        public void close() {
            closing = Thread.currentThread();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                closing.interrupt();
            }
            ended.countDown();
        }
    }

    private static Pools over(Function<Endpoint, DataSource> maker) {
        return new Pools(maker);
    }

    @Test
    void whoHearsThatAnEndpointHasGoneDoesNotWaitForTheEndOfItsPool() throws Exception {
        Closeable source = new Closeable();
        Pools pools = over(endpoint -> source);
        pools.lend(ONE, LIMIT).takeBack();
        pools.heed(Directory.of(1, List.of()));
        source.mayEnd.countDown();
        source.ended.await();
        assertEquals(PoolCloser.THREAD, source.closing.getName());
        assertTrue(source.closing.isDaemon());
        pools.close();
        source.closing.join();
    }

    @Test
    void neitherDoesWhoGivesTheLastConnectionBack() throws Exception {
        Closeable source = new Closeable();
        try (Pools pools = over(endpoint -> source)) {
            Pool pool = pools.lend(ONE, LIMIT);
            pools.heed(Directory.of(1, List.of()));
            pool.takeBack();
            source.mayEnd.countDown();
            source.ended.await();
        }
    }

    @Test
    void thePoolOfOneEndpointIsMadeWhileThatOfAnotherIs() throws Exception {
        AtomicReference<Pools> all = new AtomicReference<>();
        AtomicReference<Pool> other = new AtomicReference<>();
        try (Pools pools = over(endpoint -> {
            if (endpoint.equals(A)) {
                try {
                    other.set(all.get().lend(B, LIMIT));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
            return new PGSimpleDataSource();
        })) {
            all.set(pools);
            Pool pool = pools.lend(A, LIMIT);
            assertEquals(A, pool.endpoint());
            assertEquals(B, other.get().endpoint());
            assertSame(pool, pools.lend(A, LIMIT));
        }
    }

    @Test
    void onePoolThatComesAfterTheEndIsClosedAndNotLent() throws Exception {
        Closeable source = new Closeable();
        source.mayEnd.countDown();
        AtomicReference<Pools> all = new AtomicReference<>();
        Pools pools = over(endpoint -> {
            all.get().close();
            return source;
        });
        all.set(pools);
        assertThrows(SQLException.class, () -> pools.lend(ONE, LIMIT));
        source.ended.await();
    }

    @Test
    void whatAMakerThrowsIsTheServersFailure() {
        assertEquals(Failure.FAILED, failure(new IllegalStateException("no driver")));
        assertEquals(
                Failure.NOT_SENT,
                failure(new IllegalStateException(
                        "the pool was not begun",
                        new SQLException("refused", "08001", new ConnectException("refused")))));
        assertEquals(Failure.NOT_SENT, failure(new IllegalStateException(new ConnectException("refused"))));
        SQLException password = new SQLException("wrong password", "28P01");
        Pools pools = over(endpoint -> {
            throw new IllegalStateException(password);
        });
        assertSame(password, assertThrows(SQLException.class, () -> pools.lend(ONE, LIMIT))); // the caller's own affair
    }

    private static Failure failure(RuntimeException thrown) {
        Pools pools = over(endpoint -> {
            throw thrown;
        });
        NotServedException said = assertThrows(NotServedException.class, () -> pools.lend(ONE, LIMIT));
        assertTrue(String.valueOf(said.getMessage()).contains("db-1"), said.getMessage());
        return said.failure();
    }
}
