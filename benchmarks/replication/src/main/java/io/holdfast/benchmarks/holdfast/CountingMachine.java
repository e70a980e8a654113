package io.holdfast.benchmarks.holdfast;

import io.holdfast.replication.StateMachine;
import java.nio.ByteBuffer;

/** The least state that shows that entries were applied: how many there were, and the last one's first bytes. */
final class CountingMachine implements StateMachine {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] ANSWER = new byte[Long.BYTES];

    private volatile long count;
    private long last;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    public byte[] apply(Entry entry) {
        last = entry.command().getLong();
        count++;
        return NOTHING;
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return last == Long.MIN_VALUE ? NOTHING : ANSWER;
    }

    long count() {
        return count;
    }
}
