package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.picks.PickSubject;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The least code that picks at all: what the machine can do. */
public final class FloorPicks implements PickSubject {
    /** For {@link Class#forName}. */
    public FloorPicks() {}

    @Override
    public List<String> algorithms() {
        return List.of("counter", "random");
    }

    @Override
    public Pick newPick(String algorithm, int endpoints, boolean weighted) {
        Object[] all = new Object[endpoints];
        Arrays.setAll(all, i -> new Object());
        if (algorithm.equals("random")) {
            return i -> all[ThreadLocalRandom.current().nextInt(all.length)];
        }
        AtomicInteger counter = new AtomicInteger();
        return i -> all[Integer.remainderUnsigned(counter.getAndIncrement(), all.length)];
    }
}
