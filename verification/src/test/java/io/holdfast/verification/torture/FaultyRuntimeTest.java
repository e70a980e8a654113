package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyRuntimeTest {
    private static final class SetClock implements Clock {
        private long nanos = 1_000;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return 5_000;
        }
    }

    /** Keeps what is scheduled; the test runs it. */
    private static final class HandLoop implements EventLoop {
        private final List<Long> delays = new ArrayList<>();
        private Runnable last = () -> {};

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            delays.add(delayNanos);
            last = task;
            return () -> last = () -> {};
        }

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }
    }

    private final SetClock real = new SetClock();
    private final SkewedClock clock = new SkewedClock(real);

    @Test
    void aFastClockRunsFastFromWhereItIs() {
        real.nanos += 1_000;
        assertEquals(2_000, clock.nanoTime());
        clock.rate(1.1);
        real.nanos += 1_000;
        assertEquals(3_100, clock.nanoTime());
        clock.rate(0.9);
        real.nanos += 1_000;
        assertEquals(4_000, clock.nanoTime());
    }

    @Test
    void theWallClockAloneJumps() {
        clock.wallOffset(-3_600_000);
        assertEquals(5_000 - 3_600_000, clock.wallMillis());
        assertEquals(1_000, clock.nanoTime());
    }

    @Test
    void timersGoByTheSkewedClockAlsoIfItChangesMeanwhile() {
        HandLoop loop = new HandLoop();
        List<String> ran = new ArrayList<>();
        clock.rate(1.1);
        new SkewedLoop(loop, clock).schedule(1_100, () -> ran.add("ran"));
        assertEquals(List.of(1_000L), loop.delays);
        clock.rate(0.5);
        real.nanos += 1_000;
        loop.last.run();
        assertEquals(List.of(), ran);
        assertEquals(List.of(1_000L, 1_200L), loop.delays);
        real.nanos += 1_200;
        loop.last.run();
        assertEquals(List.of("ran"), ran);
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        HandLoop loop = new HandLoop();
        List<String> ran = new ArrayList<>();
        var timer = new SkewedLoop(loop, clock).schedule(10, () -> ran.add("ran"));
        Runnable fired = loop.last;
        timer.cancel();
        real.nanos += 10;
        fired.run();
        assertEquals(List.of(), ran);
    }

    @Test
    void aFullDiskTakesWhatHasItsPlaceAlready(@TempDir Path directory) throws IOException {
        DiskFaults faults = new DiskFaults();
        Storage storage = new FaultyStorage(Storage.files(), faults);
        try (StorageFile file = storage.open(directory.resolve("f"), Storage.OpenMode.CREATE)) {
            file.write(ByteBuffer.wrap(new byte[8]), 0);
            faults.full(true);
            file.write(ByteBuffer.wrap(new byte[8]), 0);
            assertThrows(NoSpaceException.class, () -> file.write(ByteBuffer.wrap(new byte[8]), 1));
            assertThrows(NoSpaceException.class, () -> storage.open(directory.resolve("g"), Storage.OpenMode.CREATE));
            assertThrows(NoSpaceException.class, () -> file.write(new ByteBuffer[] {ByteBuffer.allocate(9)}, 0));
            faults.heal();
            file.write(ByteBuffer.wrap(new byte[8]), 1);
            assertEquals(9, file.size());
        }
    }

    @Test
    void aFailingDiskDoesNotForceAndASlowOneTakesItsTime(@TempDir Path directory) throws IOException {
        DiskFaults faults = new DiskFaults();
        Storage storage = new FaultyStorage(Storage.files(), faults);
        try (StorageFile file = storage.open(directory.resolve("f"), Storage.OpenMode.CREATE)) {
            faults.failing(true);
            assertThrows(IOException.class, file::force);
            faults.heal();
            faults.slow(5);
            long begin = System.nanoTime();
            file.force();
            assertTrue(System.nanoTime() - begin >= 5_000_000);
        }
    }
}
