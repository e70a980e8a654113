package io.holdfast.benchmarks.jgroupsraft;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jgroups.raft.StateMachine;

/** Counts what is applied. */
final class CountingMachine implements StateMachine {
    private static final byte[] NOTHING = new byte[0];

    private final AtomicLong count = new AtomicLong();

    @Override
    public byte[] apply(byte[] data, int offset, int length, boolean serializeResponse) {
        count.incrementAndGet();
        return NOTHING;
    }

    @Override
    public void readContentFrom(DataInput in) throws IOException {
        count.set(in.readLong());
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        out.writeLong(count.get());
    }

    long count() {
        return count.get();
    }
}
