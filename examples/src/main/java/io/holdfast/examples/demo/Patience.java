package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition while the run is looked after. */
final class Patience {
    private Patience() {}

    /** Looks after the run for a moment, and takes a few milliseconds at least. */
    interface Tick {
        void tick() throws IOException;
    }

    /**
     * Returns when it holds.
     *
     * @param what is to become true, for people
     * @param data where the logs are
     * @throws DemoFailure if it does not within that time
     */
    static void await(BooleanSupplier condition, Duration atMost, String what, Path data, Tick tick)
            throws IOException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new DemoFailure(
                        "waited " + atMost.toSeconds() + " s in vain until " + what + "; see the logs in " + data);
            }
            tick.tick();
        }
    }
}
