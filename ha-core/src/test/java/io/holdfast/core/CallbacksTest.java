package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallbacksTest {
    /** A thread that does what it has to do when the test says so, and then stands in what it did first. */
    private static final class StuckWorker implements Worker {
        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private boolean closed;

        @Override
        public void execute(Runnable task) {
            if (!closed) {
                tasks.add(task);
            }
        }

        @Override
        public void close() {
            closed = true;
            tasks.clear();
        }

        void next() {
            tasks.remove().run();
        }
    }

    /** The loop's thread is the one that runs the test, while it says so. */
    private static final class Loop implements EventLoop {
        private boolean here = true;

        @Override
        public void execute(Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return here;
        }
    }

    private final Loop loop = new Loop();
    private final List<StuckWorker> workers = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();

    private Callbacks callbacks(@Nullable Executor users) {
        return new Callbacks("node-1", users, loop, name -> {
            StuckWorker made = new StuckWorker();
            workers.add(made);
            return made;
        });
    }

    @Test
    void anExecutorThatRunsOnTheCallerRunsNeitherOnTheLoopNorOnAMachinesThread() {
        Callbacks callbacks = callbacks(Runnable::run);
        callbacks.execute(() -> ran.add("on the loop"));
        assertEquals(List.of(), ran);
        workers.get(0).next();
        assertEquals(List.of("on the loop"), ran);
        loop.here = false;
        callbacks.execute(() -> ran.add("elsewhere"));
        assertEquals(List.of("on the loop"), ran);
        workers.get(0).next();
        assertEquals(List.of("on the loop", "elsewhere"), ran);
    }

    @Test
    void whateverTheExecutorThrowsTheCallbackRunsOnce() {
        callbacks(task -> {
                    throw new IllegalStateException("not started");
                })
                .execute(() -> ran.add("refused"));
        workers.get(0).next();
        assertEquals(List.of("refused"), ran);

        loop.here = false;
        callbacks(task -> {
                    task.run();
                    throw new IllegalStateException("too late");
                })
                .execute(() -> ran.add("run"));
        workers.get(1).next();
        assertEquals(List.of("refused", "run"), ran);
        assertEquals(0, workers.get(1).tasks.size());
    }

    @Test
    void eachOfManyRunsOnceInOrderAndByItselfOnAnExecutorOfTheUsers() {
        AtomicInteger count = new AtomicInteger();
        callbacks(null).execute(() -> ran.add("own " + count.incrementAndGet()), 3);
        workers.get(0).next();
        assertEquals(List.of("own 1", "own 2", "own 3"), ran);
        assertEquals(0, workers.get(0).tasks.size());
        ran.clear();
        loop.here = false;
        Deque<Runnable> users = new ArrayDeque<>();
        callbacks(users::add).execute(() -> ran.add("user's"), 2);
        assertEquals(2, users.size());
        users.remove().run();
        assertEquals(List.of("user's"), ran);
    }

    @Test
    void theRestOfManyIsRunAtTheEndIfOneOfThemNeverReturns() {
        Callbacks callbacks = callbacks(null);
        AtomicInteger count = new AtomicInteger();
        callbacks.execute(
                () -> {
                    if (count.incrementAndGet() == 1) {
                        callbacks.close(); // stands in for one that waits for the second one
                        workers.get(1).next();
                        assertEquals(List.of("second", "third"), ran);
                    } else {
                        ran.add(count.get() == 2 ? "second" : "third");
                    }
                },
                3);
        workers.get(0).next();
        assertEquals(List.of("second", "third"), ran);
    }

    @Test
    void whatWaitsBehindACallbackThatNeverReturnsIsRunAtTheEnd() {
        Callbacks callbacks = callbacks(null);
        callbacks.execute(() -> ran.add("waits for the next one"));
        callbacks.execute(() -> ran.add("the next one"));
        workers.get(0).next();
        callbacks.close();
        workers.get(1).next();
        assertEquals(List.of("waits for the next one", "the next one"), ran);
    }
}
