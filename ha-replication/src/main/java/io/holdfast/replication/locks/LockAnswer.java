package io.holdfast.replication.locks;

import java.nio.ByteBuffer;

/**
 * What comes of a {@link LockCommand}.
 *
 * @param value see {@link Status}
 */
public record LockAnswer(Status status, long value) {
    private static final Status[] ALL = Status.values();

    /** Their codes are part of the format. */
    public enum Status {
        /** Its lease has ended: it holds nothing. */
        NOT_ENLISTED(0),
        /** Done; the value is the generation, of an enlisting, else 0. */
        DONE(1),
        /** It holds what it asked for; the value is the token. */
        GRANTED(2),
        /** It waits for its turn. */
        WAITING(3),
        /** Others hold or await it, and it did not want to wait. */
        BUSY(4),
        /** The semaphore has another number of permits; the value is that. */
        OTHER_LIMIT(5),
        /** As much is there as can be; the value says of what: see {@link LockTable}. */
        FULL(6);

        private final byte code;

        Status(int code) {
            this.code = (byte) code;
        }
    }

    /** As it travels. */
    public byte[] encode() {
        return ByteBuffer.allocate(9).put(status.code).putLong(value).array();
    }

    /** @throws IllegalStateException if it is none: the nodes do not run compatible versions */
    public static LockAnswer decode(byte[] bytes) {
        if (bytes.length != 9 || bytes[0] < 0 || bytes[0] >= ALL.length || ALL[bytes[0]].code != bytes[0]) {
            throw new IllegalStateException(
                    "an answer about a lock cannot be read; do all nodes run compatible versions?");
        }
        return new LockAnswer(ALL[bytes[0]], ByteBuffer.wrap(bytes).getLong(1));
    }
}
