package io.holdfast.benchmarks.load;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Twice as many operations as may be in flight, or more: whatever order they end in, a free one is found in a few steps.
 * For the client's thread.
 */
final class OperationRing {
    private final Operation[] operations;
    private int next;

    OperationRing(int inFlight, int payloadBytes, Operation.Listener listener) {
        operations = new Operation[Integer.highestOneBit(inFlight) * 4];
        Random random = new Random(payloadBytes);
        for (int slot = 0; slot < operations.length; slot++) {
            byte[] payload = new byte[payloadBytes];
            random.nextBytes(payload);
            ByteBuffer.wrap(payload).putLong(slot);
            operations[slot] = new Operation(listener, slot, payload);
        }
    }

    /** A free one. Not to be called with as many in flight as there are. */
    Operation take() {
        while (true) {
            Operation operation = operations[next++ & operations.length - 1];
            if (!operation.isBusy()) {
                return operation;
            }
        }
    }

    Operation[] all() {
        return operations;
    }
}
