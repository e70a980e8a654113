package io.holdfast.testkit;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Buffers that outlived the call they were handed over in. */
final class RetainedBuffers {
    private static final int MIN_SWEEP = 256;

    private record Retained(SimulatedRuntime by, ByteBuf buffer) {
        boolean isLive() {
            return by.isAlive() && buffer.refCnt() > 0;
        }
    }

    private final List<Retained> all = new ArrayList<>();
    private int nextSweep = MIN_SWEEP;

    void add(SimulatedRuntime by, ByteBuf buffer) {
        all.add(new Retained(by, buffer));
        if (all.size() >= nextSweep) {
            nextSweep = Math.max(MIN_SWEEP, 2 * count());
        }
    }

    int count() {
        all.removeIf(retained -> !retained.isLive());
        return all.size();
    }
}
