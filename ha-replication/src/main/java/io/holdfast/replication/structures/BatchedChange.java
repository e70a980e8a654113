package io.holdfast.replication.structures;

import java.util.ArrayList;
import java.util.List;

/**
 * One change of several in one command, as the machine reads it.
 *
 * @param op put, with or without a time to live, remove or clear, as in commands of their own
 * @param key empty for a clear
 * @param value empty for all but a put
 * @param ttlNanos 0 for all but a put with a time to live
 */
record BatchedChange(int op, byte[] key, byte[] value, long ttlNanos) {
    private static final byte[] NONE = {};

    /** All of them, at least one, before anything is done about any: they happen together or not at all. */
    static List<BatchedChange> readAll(CommandReader in) {
        List<BatchedChange> changes = new ArrayList<>();
        do {
            changes.add(read(in));
        } while (in.hasMore());
        return changes;
    }

    private static BatchedChange read(CommandReader in) {
        int op = in.unsignedByte("the operation of a change");
        return switch (op) {
            case MapCommands.PUT -> new BatchedChange(op, in.bytes("the key"), in.bytes("the value"), 0);
            case MapCommands.PUT_EXPIRING -> {
                long ttlNanos = in.timeToLive();
                yield new BatchedChange(op, in.bytes("the key"), in.bytes("the value"), ttlNanos);
            }
            case MapCommands.REMOVE -> new BatchedChange(op, in.bytes("the key"), NONE, 0);
            case MapCommands.CLEAR -> new BatchedChange(op, NONE, NONE, 0);
            default ->
                throw new IllegalArgumentException("map command " + op + " in a batch is not known to this version");
        };
    }
}
