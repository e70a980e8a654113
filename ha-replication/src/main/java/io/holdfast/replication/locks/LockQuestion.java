package io.holdfast.replication.locks;

import java.nio.ByteBuffer;

/**
 * Asks what a process has been granted since an index.
 *
 * @param generation the process's
 * @param afterIndex what was granted up to there is known
 * @param waitMillis how long to wait for something, if there is nothing; the node has a limit of its own
 */
public record LockQuestion(long generation, long afterIndex, int waitMillis) {
    private static final int BYTES = 2 * Long.BYTES + Integer.BYTES;

    /** As it travels. */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(generation)
                .putLong(afterIndex)
                .putInt(waitMillis)
                .array();
    }

    /** @throws IllegalArgumentException if it is something else */
    public static LockQuestion decode(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a question about locks has " + BYTES + " bytes, not " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        LockQuestion question = new LockQuestion(in.getLong(), in.getLong(), in.getInt());
        if (question.generation < 1 || question.afterIndex < 0 || question.waitMillis < 0) {
            throw new IllegalArgumentException("out of range: " + question);
        }
        return question;
    }
}
