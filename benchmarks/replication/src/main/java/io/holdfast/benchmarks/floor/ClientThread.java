package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.Operation;
import io.holdfast.benchmarks.load.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Hands operations from a client's thread to the leader's loop, through a ring that one fills and the other empties. */
final class ClientThread implements FloorSource, Target {
    private static final int CAPACITY = 4_096;

    private final AtomicReferenceArray<Operation> ring = new AtomicReferenceArray<>(CAPACITY);
    private final AtomicLong filled = new AtomicLong();
    private final AtomicLong emptied = new AtomicLong();
    private final Deque<Operation> inFlight = new ArrayDeque<>();
    private final Runnable wake;

    ClientThread(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public boolean submit(Operation operation) {
        long place = filled.get();
        if (place - emptied.get() >= CAPACITY) {
            return false;
        }
        ring.setPlain((int) (place % CAPACITY), operation);
        filled.set(place + 1);
        wake.run();
        return true;
    }

    @Override
    public void fill(FloorBatch batch) {
        long end = filled.get();
        for (long place = emptied.getPlain(); place < end; place++) {
            Operation operation = ring.getPlain((int) (place % CAPACITY));
            if (!batch.add(operation.payload())) {
                break;
            }
            inFlight.add(operation);
            emptied.setRelease(place + 1);
        }
    }

    @Override
    public boolean hasMore() {
        return filled.get() != emptied.getPlain();
    }

    @Override
    public void committed(int count, long startNanos) {
        for (int i = 0; i < count; i++) {
            inFlight.remove().succeeded();
        }
    }

    @Override
    public boolean isDone() {
        return false;
    }
}
