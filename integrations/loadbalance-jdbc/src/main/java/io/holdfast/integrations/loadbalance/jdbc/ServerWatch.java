package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one server again and again, over one connection. One question at a time; {@link #cancel} from any thread. */
final class ServerWatch {
    private static final Logger log = LoggerFactory.getLogger(ServerWatch.class);
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Endpoint endpoint;
    private final Function<Endpoint, ? extends DataSource> servers;
    private final Duration interval;
    private final Executor executor;
    private final BalancerRuntime runtime;
    private final Consumer<Answer> tells;
    private @Nullable DataSource source;
    private boolean answersBefore = true;
    private volatile @Nullable Connection open;
    private volatile boolean cancelled;

    /** What a server said; null if it did not answer. */
    record Answer(@Nullable ServerState state) {}

    ServerWatch(
            Endpoint endpoint,
            Function<Endpoint, ? extends DataSource> servers,
            Duration interval,
            Executor executor,
            BalancerRuntime runtime,
            Consumer<Answer> tells) {
        this.endpoint = endpoint;
        this.servers = servers;
        this.interval = interval;
        this.executor = executor;
        this.runtime = runtime;
        this.tells = tells;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    void begin() {
        if (cancelled) {
            return;
        }
        try {
            executor.execute(this::look);
        } catch (RejectedExecutionException e) {
            log.warn("{} is not asked any more whether it is the master: the executor has ended", endpoint.id());
            cancel();
        }
    }

    private void look() {
        Answer answer = new Answer(null);
        try {
            answer = new Answer(ask());
            if (!answersBefore) {
                log.info("{} answers again", endpoint.id());
            }
            answersBefore = true;
        } catch (SQLException | RuntimeException e) { // also what the caller's data source throws: it is asked again
            drop();
            if (answersBefore && !cancelled) {
                log.warn("{} does not say whether it is the master: {}", endpoint.id(), e.toString());
            }
            answersBefore = false;
        }
        if (!cancelled) {
            tells.accept(answer);
            runtime.after(interval.toNanos(), this::begin);
        }
    }

    private ServerState ask() throws SQLException {
        Connection connection = open;
        if (connection == null) {
            DataSource from = source;
            if (from == null) {
                from = servers.apply(endpoint);
                source = from;
            }
            connection = from.getConnection();
            open = connection;
            if (cancelled) {
                drop();
                throw new SQLException("nobody asks any more");
            }
        }
        return ServerState.ask(connection, LIMIT);
    }

    private void drop() {
        Connection connection = open;
        open = null;
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
                connection.close();
            } catch (SQLException e) {
                log.debug("a connection to {} could not be closed: {}", endpoint.id(), e.toString());
            }
        }
    }

    /** Idempotent. */
    void cancel() {
        cancelled = true;
        drop();
    }
}
