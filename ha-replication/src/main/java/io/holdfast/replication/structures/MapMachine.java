package io.holdfast.replication.structures;

import io.holdfast.replication.StateMachine;
import java.nio.ByteBuffer;

/** Placeholder until the merge. */
public final class MapMachine implements StateMachine {
    @Override
    public byte[] apply(Entry entry) {
        return new byte[0];
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return new byte[0];
    }
}
