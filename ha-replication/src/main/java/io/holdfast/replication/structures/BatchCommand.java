package io.holdfast.replication.structures;

import io.holdfast.core.TooLargeException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Gathers changes of one map that are to be one command; the caller's half of {@link BatchedChange}. For one thread. */
public final class BatchCommand {
    private final int maxBytes;
    private ByteBuffer changes = ByteBuffer.allocate(256);
    private int count;

    /**
     * Has no change yet.
     *
     * @param maxBytes of all changes together; none longer can be a command anyway
     */
    public BatchCommand(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Sets a value. */
    public void put(byte[] key, byte[] value) {
        begin(MapCommands.PUT, CommandWriter.sizeOf(key) + CommandWriter.sizeOf(value));
        field(key);
        field(value);
    }

    /** Sets a value that goes after a time. */
    public void putExpiring(byte[] key, byte[] value, long ttlNanos) {
        begin(MapCommands.PUT_EXPIRING, Long.BYTES + CommandWriter.sizeOf(key) + CommandWriter.sizeOf(value));
        changes.putLong(ttlNanos);
        field(key);
        field(value);
    }

    /** Removes a key, if it is there. */
    public void remove(byte[] key) {
        begin(MapCommands.REMOVE, CommandWriter.sizeOf(key));
        field(key);
    }

    /** Removes all keys. */
    public void clear() {
        begin(MapCommands.CLEAR, 0);
    }

    /** How many changes there are. */
    public int count() {
        return count;
    }

    /** The command for the map of this name: all changes so far, in their order. The answer is empty. */
    public byte[] of(byte[] name) {
        if (count == 0) {
            throw new IllegalStateException("a batch without changes is no command");
        }
        return new CommandWriter(MapCommands.BATCH, name, changes.position())
                .rest(Arrays.copyOf(changes.array(), changes.position()))
                .done();
    }

    private void begin(int op, long bytes) {
        long needed = changes.position() + 1 + bytes;
        if (needed > maxBytes) {
            throw new TooLargeException(
                    "the batch would have " + needed + " bytes with this change, and no entry has more" + " than "
                            + maxBytes + "; write what is in it, and begin another one");
        }
        if (needed > changes.capacity()) {
            int capacity = (int) Math.max(needed, Math.min(maxBytes, 2L * changes.capacity()));
            changes = ByteBuffer.allocate(capacity).put(changes.flip());
        }
        changes.put((byte) op);
        count++;
    }

    private void field(byte[] bytes) {
        changes.putInt(bytes.length).put(bytes);
    }
}
