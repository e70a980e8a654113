package io.holdfast.core.internal.netty;

import io.holdfast.core.internal.file.FileStorage;
import io.holdfast.core.internal.thread.NodeThread;
import io.holdfast.core.internal.tls.TlsEngines;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import io.netty.channel.EventLoopGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real outside world: one Netty event loop, the JVM's clocks and name look-up, and files. All its threads are
 * daemons named {@code holdfast-<node>-<purpose>}; the loop's begins with its first task.
 *
 * <p>A thread on which something failed lives on after the failure handler, so that the handler can have the node
 * stopped in order.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the end of the loop is awaited otherwise
public final class RealRuntime implements NodeRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(RealRuntime.class);
    private static final Duration WORKER_CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Duration RESOLVER_CLOSE_LIMIT = Duration.ofMillis(100);
    private static final Duration TLS_CLOSE_LIMIT = Duration.ofSeconds(1);
    private static final int MOST_HALF_OPEN = 256;
    private static final Duration LOOP_CLOSE_LIMIT = Duration.ofSeconds(10);

    private final String nodeId;
    private final Failures failures;
    private final EventLoopGroup group;
    private volatile @Nullable Thread loopThread; // null until the loop has begun
    private final NettyEventLoop loop;
    private final Clock clock = new SystemClock();
    private final NettyTransport transport;
    private final NettyDatagrams datagrams;
    private final Resolver resolver;
    private final Storage storage = new FileStorage();
    private final SecureRandom random = new SecureRandom();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<NamedWorker> workers = new ArrayList<>(); // guarded by itself

    private RealRuntime(String nodeId, TransportConfig config, @Nullable TlsEngines engines) {
        this.nodeId = nodeId;
        this.failures = new Failures(nodeId);
        Channels channels = Channels.best(config);
        this.group = channels.newLoop(task -> {
            Thread thread = new NodeThread(nodeId, "loop", task);
            loopThread = thread;
            return thread;
        });
        this.loop = new NettyEventLoop(nodeId, group.next(), failures);
        TlsSetup tls = engines == null
                ? null
                : new TlsSetup(engines, new HalfOpen(MOST_HALF_OPEN), newWorker("tls", TLS_CLOSE_LIMIT));
        this.transport = new NettyTransport(nodeId, config, channels, loop, failures, clock, tls);
        this.datagrams = new NettyDatagrams(nodeId, channels, loop, failures, clock);
        this.resolver = new SystemResolver(loop, () -> newWorker("resolver", RESOLVER_CLOSE_LIMIT));
    }

    /**
     * A runtime for one node. Close it, or its loop's thread stays.
     *
     * @param nodeId becomes part of the threads' names and of messages
     */
    public static RealRuntime create(String nodeId, TransportConfig config) {
        return new RealRuntime(nodeId, config, null);
    }

    /** The same, its connections in TLS. */
    public static RealRuntime create(String nodeId, TransportConfig config, TlsEngines tls) {
        return new RealRuntime(nodeId, config, tls);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** @throws IllegalStateException if the runtime is closed */
    @Override
    public Worker newWorker(String name) {
        return newWorker(name, WORKER_CLOSE_LIMIT);
    }

    private NamedWorker newWorker(String name, Duration closeLimit) {
        NamedWorker worker = new NamedWorker(name, failures, closeLimit);
        synchronized (workers) {
            if (closed.get()) {
                throw new IllegalStateException("node " + nodeId + " is closed; it makes no more workers");
            }
            workers.add(worker);
        }
        return worker;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public Datagrams datagrams() {
        return datagrams;
    }

    @Override
    public Resolver resolver() {
        return resolver;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        failures.handler(handler);
    }

    /**
     * Closes every connection, stops the workers and then the loop. Waits at most some ten seconds for each worker and
     * for the loop; what is still busy then is named in the log and ends by itself. On the loop's own thread it does
     * not wait for the loop.
     */
    @Override
    public void close() {
        List<NamedWorker> toClose;
        synchronized (workers) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            toClose = List.copyOf(workers);
        }
        // An interrupt of the caller's, common where services are being stopped, must not cut the closing short.
        boolean interrupted = Thread.interrupted();
        try {
            loop.run(this::closeSockets);
        } catch (IllegalStateException stuck) {
            LOG.warn("node {}: the loop does not get to closing its connections; they end with it", nodeId, stuck);
            loop.execute(this::closeSockets);
        }
        toClose.forEach(NamedWorker::close);
        group.shutdownGracefully(0, LOOP_CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS);
        try {
            Thread thread = loopThread;
            if (thread == null || loop.inEventLoop()) {
                return;
            }
            thread.join(LOOP_CLOSE_LIMIT.toMillis());
            if (thread.isAlive()) {
                LOG.warn("node {}: the loop has not ended {} after it was closed", nodeId, LOOP_CLOSE_LIMIT);
            }
        } catch (InterruptedException again) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeSockets() {
        datagrams.close();
        transport.close();
    }
}
