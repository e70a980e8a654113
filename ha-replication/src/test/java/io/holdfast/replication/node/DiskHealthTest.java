package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Health;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Storage.Space;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link SlowDisk}, {@link LowSpace} and {@link TimedWorker}, by given times. */
class DiskHealthTest {
    private static final long MS = 1_000_000L;
    private static final long S = 1_000 * MS;
    private static final long MIB = 1 << 20;

    private final SlowDisk disk = new SlowDisk();
    private long now = -7 * S; // of the monotonic clock only differences mean anything

    private Health after(long nanos, long running) {
        now += nanos;
        return disk.at(now, running).health();
    }

    private void took(long nanos) {
        disk.done(now, nanos);
    }

    @Test
    void aHiccupSaysNothing() {
        took(900 * MS);
        assertEquals(Health.UP, after(1, 0));
        took(249 * MS);
        took(249 * MS);
        took(249 * MS);
        assertEquals(Health.UP, after(1, 999 * MS));
    }

    @Test
    void oneOfASecondOrThreeWithinTenSecondsAreTooMuch() {
        took(1_000 * MS);
        assertEquals(Health.DEGRADED, after(1, 0));
        assertTrue(
                disk.at(now, 0).detail().contains("up to 1000 ms"),
                disk.at(now, 0).detail());
        assertEquals(Health.DEGRADED, after(29 * S, 0));
        assertEquals(Health.UP, after(1 * S, 0));
        for (int i = 0; i < 3; i++) {
            assertEquals(Health.UP, after(1, 0));
            now += 4 * S;
            took(250 * MS);
        }
        assertEquals(Health.DEGRADED, after(1, 0));
        assertEquals(Health.UP, after(30 * S, 0));
        for (int i = 0; i < 10; i++) {
            now += 6 * S;
            took(250 * MS);
            assertEquals(Health.UP, after(1, 0), "two within ten seconds");
        }
    }

    @Test
    void oneThatDoesNotEndIsTold() {
        assertEquals(Health.DEGRADED, after(1, 1_200 * MS));
        assertTrue(disk.at(now, 1_200 * MS).detail().contains("1200 ms"));
        assertEquals(Health.DEGRADED, after(29 * S, 0), "until it has been calm");
        assertEquals(Health.UP, after(1 * S, 0));
    }

    @Test
    void spaceIsLowBelowWhatIsNeededNext() {
        LowSpace low = new LowSpace();
        assertEquals(Health.UP, low.at(Space.UNKNOWN, 64 * MIB, 10 * MIB).health());
        Space some = new Space(137 * MIB, 1_000 * MIB);
        assertEquals(Health.DEGRADED, low.at(some, 64 * MIB, 10 * MIB).health());
        assertTrue(low.at(some, 64 * MIB, 10 * MIB).detail().startsWith("137 MiB of 1000 MiB are free"));
        assertEquals(
                Health.DEGRADED,
                low.at(new Space(150 * MIB, 1_000 * MIB), 64 * MIB, 10 * MIB).health());
        assertEquals(
                Health.UP,
                low.at(new Space(166 * MIB, 1_000 * MIB), 64 * MIB, 10 * MIB).health());
        assertEquals(
                Health.UP,
                low.at(new Space(139 * MIB, 1_000 * MIB), 64 * MIB, 10 * MIB).health());
    }

    @Test
    void aTwentiethOfTheDiskIsLowUnlessThatIsPlenty() {
        LowSpace low = new LowSpace();
        assertEquals(
                Health.DEGRADED,
                low.at(new Space(4_900 * MIB, 100_000 * MIB), MIB, 0).health());
        low = new LowSpace();
        assertEquals(
                Health.UP,
                low.at(new Space(17_000 * MIB, 10_000_000 * MIB), MIB, 0).health());
        assertEquals(
                Health.DEGRADED,
                low.at(new Space(16_000 * MIB, 10_000_000 * MIB), MIB, 0).health());
    }

    @Test
    void aTaskIsTimedFromWhenItsTurnCame() {
        ArrayDeque<Runnable> queue = new ArrayDeque<>();
        Worker worker = new Worker() {
            @Override
            public void execute(Runnable task) {
                queue.add(task);
            }

            @Override
            public void close() {}
        };
        Clock clock = new Clock() {
            @Override
            public long nanoTime() {
                return now;
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
        List<Long> slow = new ArrayList<>();
        TimedWorker timed = new TimedWorker(worker, clock, slow::add);
        assertEquals(0, timed.runningNanos(now));
        timed.execute(() -> now += 300 * MS);
        timed.execute(() -> now += 100 * MS);
        now += 50 * MS;
        assertEquals(50 * MS, timed.runningNanos(now));
        queue.remove().run();
        assertEquals(List.of(350 * MS), slow, "handed over 50 ms before it began");
        assertEquals(0, timed.runningNanos(now), "the next one's turn has just come");
        queue.remove().run();
        assertEquals(1, slow.size(), "100 ms of its own, whatever it waited for");
        assertEquals(0, timed.runningNanos(now + S));
    }
}
