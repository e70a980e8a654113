package io.holdfast.core.testing;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A runtime with threads as a real one has them, and a network to which nobody else is connected. */
public final class ThreadRuntime implements NodeRuntime, EventLoop, Transport {
    private static final long PATIENCE_SECONDS = 2;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<ScheduledExecutorService> workers = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService loop = newThread("loop");
    private final Thread loopThread;
    private volatile Consumer<Throwable> onFailure = e -> {};
    private volatile boolean listening;
    private final AtomicLong ahead = new AtomicLong();

    /** Starts its loop. */
    public ThreadRuntime() {
        loop.execute(() -> {}); // makes the thread
        loopThread = threads.get(0);
    }

    private ScheduledExecutorService newThread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "thread-runtime-" + name);
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
    }

    /** Has the node's clock jump, as when its process was stopped and goes on; timers of its loop do not heed it. */
    public void jump(Duration forward) {
        ahead.addAndGet(forward.toNanos());
    }

    /** Threads that still run, and the listener. */
    public List<String> leftBehind() {
        List<String> left = new CopyOnWriteArrayList<>();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                left.add(thread.getName());
            }
        }
        if (listening) {
            left.add("listener");
        }
        return left;
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
            }
        };
    }

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return System.nanoTime() + ahead.get();
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }
        };
    }

    @Override
    public EventLoop loop() {
        return this;
    }

    @Override
    public void execute(Runnable task) {
        if (!loop.isShutdown()) {
            loop.execute(guarded(task));
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        if (loop.isShutdown()) {
            return () -> {};
        }
        try {
            ScheduledFuture<?> future = loop.schedule(guarded(task), delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closedMeanwhile) {
            return () -> {};
        }
    }

    @Override
    public void run(Runnable task) {
        if (inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean inEventLoop() {
        return Thread.currentThread().equals(loopThread);
    }

    @Override
    public Worker newWorker(String name) {
        ScheduledExecutorService thread = newThread(name);
        workers.add(thread);
        return new Worker() {
            @Override
            public void execute(Runnable task) {
                if (!thread.isShutdown()) {
                    thread.execute(guarded(task));
                }
            }

            @Override
            public void close() {
                end(thread);
            }
        };
    }

    private static void end(ScheduledExecutorService thread) {
        thread.shutdown();
        try {
            thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Transport transport() {
        return this;
    }

    @Override
    public Listener listen(Address bind, Acceptor acceptor) {
        listening = true;
        return new Listener() {
            @Override
            public InetSocketAddress address() {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);
            }

            @Override
            public void close() {
                listening = false;
            }
        };
    }

    @Override
    public void connect(InetSocketAddress target, ConnectionHandler handler) {
        execute(() -> handler.closed(CloseReason.UNREACHABLE, "nobody is there"));
    }

    @Override
    public int maxFrameBytes() {
        return 1 << 20;
    }

    @Override
    public Resolver resolver() {
        return (address, callback) -> execute(() -> callback.resolved(List.of(), "nobody is there"));
    }

    @Override
    public Storage storage() {
        throw new UnsupportedOperationException("there are no files in a ThreadRuntime");
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        onFailure = handler;
    }

    @Override
    public void close() {
        workers.forEach(ThreadRuntime::end);
        end(loop);
    }
}
