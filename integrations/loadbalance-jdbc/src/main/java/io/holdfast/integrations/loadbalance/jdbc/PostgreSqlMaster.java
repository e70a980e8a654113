package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import javax.sql.DataSource;

/** Finds out which PostgreSQL server is the master, where no log of Holdfast's says so. */
public final class PostgreSqlMaster {
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofMinutes(10);

    private PostgreSqlMaster() {}

    /**
     * The endpoints of another source, such as {@link EndpointSource#fixed}, and the one of them that takes writes, as the servers say
     * themselves: each is asked again and again, over one connection that stays open. A promotion begins a new timeline; its number is
     * the fencing token, and one of an earlier timeline that comes back is not announced. Nobody is announced before each server has
     * answered or failed once; who takes writes and is not the master is left out. Whoever was announced stays so until another is, also if it has died.
     *
     * <p>This follows a failover, and makes none: that is for Patroni, an operator, or {@code onMaster}.
     *
     * @param servers makes what a server is asked by: no pool, but for example a {@code PGSimpleDataSource} with {@code connectTimeout},
     *     {@code loginTimeout} and {@code socketTimeout}, since a server that is stopped answers nothing
     * @param interval between an answer and the next question, 10 ms to 10 min; a second is usual
     * @param executor where servers are asked, each by a task that blocks: it needs a thread for each server
     */
    public static EndpointSource watching(
            EndpointSource endpoints,
            Function<Endpoint, ? extends DataSource> servers,
            Duration interval,
            Executor executor) {
        if (interval.compareTo(LEAST) < 0 || interval.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("interval " + interval + " is not within " + LEAST + " to " + MOST);
        }
        return (runtime, hears) -> new MasterWatch(servers, interval, executor, runtime, hears).begin(endpoints);
    }
}
