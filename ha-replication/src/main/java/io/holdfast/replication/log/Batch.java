package io.holdfast.replication.log;

import io.holdfast.core.FencingToken;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Entries that travel and are stored together, as bytes: written once by the master, and the same on the wire and in
 * every node's file. Batches are never split, so their boundaries are the same on all nodes.
 *
 * <p>The format, big-endian, is in {@code docs/formats.md}. All methods look at the buffer from its reader index on
 * and move no index. The getters trust their argument: {@link #verify} comes first for bytes from outside.
 */
public final class Batch {
    /** Length of what precedes the entries, in bytes. */
    public static final int HEADER_BYTES = 48;

    /** What an entry costs beside its body, in bytes. */
    public static final int ENTRY_HEADER_BYTES = 5;

    /** The longest batch, in bytes: what fits into a frame of 16 MiB together with a message's header. */
    public static final int MAX_BYTES = (16 << 20) - 1024;

    static final int VERSION = 1;

    static final int LENGTH_AT = 0;
    static final int CRC_AT = 4;
    static final int VERSION_AT = 8;
    static final int RESERVED_AT = 9;
    static final int COUNT_AT = 12;
    static final int FIRST_INDEX_AT = 16;
    static final int TERM_AT = 24;
    static final int WALL_MILLIS_AT = 32;
    static final int MASTER_NANOS_AT = 40;

    private Batch() {}

    /** Length in bytes, header included. */
    public static int length(ByteBuf batch) {
        return batch.getInt(batch.readerIndex() + LENGTH_AT);
    }

    /** CRC32C of everything behind it. */
    public static int crc(ByteBuf batch) {
        return batch.getInt(batch.readerIndex() + CRC_AT);
    }

    /** How many entries, at least 1. */
    public static int count(ByteBuf batch) {
        return batch.getInt(batch.readerIndex() + COUNT_AT);
    }

    /** Index of the first entry, from 1. */
    public static long firstIndex(ByteBuf batch) {
        return batch.getLong(batch.readerIndex() + FIRST_INDEX_AT);
    }

    /** Index of the last entry. */
    public static long lastIndex(ByteBuf batch) {
        return firstIndex(batch) + count(batch) - 1;
    }

    /** Term of the master that made it, from 1. */
    public static long term(ByteBuf batch) {
        return batch.getLong(batch.readerIndex() + TERM_AT);
    }

    /** The master's wall clock, in milliseconds since 1970. */
    public static long wallMillis(ByteBuf batch) {
        return batch.getLong(batch.readerIndex() + WALL_MILLIS_AT);
    }

    /** Monotonic time that masters have accumulated, in nanoseconds. */
    public static long masterNanos(ByteBuf batch) {
        return batch.getLong(batch.readerIndex() + MASTER_NANOS_AT);
    }

    /** What protocols know of it. */
    public static BatchMeta meta(ByteBuf batch) {
        return new BatchMeta(firstIndex(batch), count(batch), term(batch), length(batch));
    }

    /**
     * Checks everything that can be: length, version, reserved bytes, count, index, term, CRC, and that the entries add
     * up exactly. Bytes behind the batch are not looked at.
     *
     * @return the batch's length in bytes
     * @throws DamagedBatchException with the reason
     */
    public static int verify(ByteBuf batch) throws DamagedBatchException {
        int readable = batch.readableBytes();
        if (readable < HEADER_BYTES) {
            throw new DamagedBatchException(readable + " bytes are too few for a batch's header");
        }
        int base = batch.readerIndex();
        int length = length(batch);
        if (length < HEADER_BYTES + ENTRY_HEADER_BYTES || length > MAX_BYTES || length > readable) {
            throw new DamagedBatchException(
                    "length " + Integer.toUnsignedString(length) + " with " + readable + " bytes at hand");
        }
        int crc = Checksums.crc32c(batch, base + VERSION_AT, length - VERSION_AT);
        if (crc != crc(batch)) {
            throw new DamagedBatchException(String.format("CRC32C is %08x, but the header says %08x", crc, crc(batch)));
        }
        int version = batch.getUnsignedByte(base + VERSION_AT);
        if (version != VERSION) {
            throw new DamagedBatchException("format version " + version + "; this release reads " + VERSION);
        }
        if (batch.getUnsignedMedium(base + RESERVED_AT) != 0) {
            throw new DamagedBatchException("reserved bytes are not zero");
        }
        int count = count(batch);
        if (count < 1 || count > (length - HEADER_BYTES) / ENTRY_HEADER_BYTES) {
            throw new DamagedBatchException("count " + Integer.toUnsignedString(count) + " in " + length + " bytes");
        }
        if (firstIndex(batch) < 1 || firstIndex(batch) > Long.MAX_VALUE - count || term(batch) < 1) {
            throw new DamagedBatchException("first index " + firstIndex(batch) + ", term " + term(batch));
        }
        verifyEntries(batch, base + HEADER_BYTES, base + length, count);
        return length;
    }

    private static void verifyEntries(ByteBuf batch, int start, int end, int count) throws DamagedBatchException {
        int at = start;
        for (int i = 0; i < count; i++) {
            if (end - at < ENTRY_HEADER_BYTES) {
                throw new DamagedBatchException("ends within entry " + (i + 1) + " of " + count);
            }
            int body = batch.getInt(at);
            if (body < 0 || body > end - at - ENTRY_HEADER_BYTES) {
                throw new DamagedBatchException("entry " + (i + 1) + " of " + count + " has a body of "
                        + Integer.toUnsignedString(body) + " bytes, beyond the end");
            }
            at += ENTRY_HEADER_BYTES + body;
        }
        if (at != end) {
            throw new DamagedBatchException((end - at) + " bytes follow the last entry");
        }
    }

    /** The kind of the entries that hold a {@link Configuration}. One is always alone in its batch. */
    public static final int CONFIGURATION_KIND = 5;

    /**
     * The configuration in a verified batch; null if it holds none.
     *
     * @throws IllegalArgumentException if it should, and cannot be read
     */
    public static @Nullable Configuration configuration(ByteBuf batch) {
        Entries entries = entries(batch);
        if (count(batch) != 1 || !entries.next() || entries.kind() != CONFIGURATION_KIND) {
            return null;
        }
        return Configuration.decode(batch.nioBuffer(entries.bodyOffset(), entries.bodyLength()));
    }

    /** The epoch of its term as a token that is less than all others of it; 0 before the first restore. */
    public static long epochToken(ByteBuf batch) {
        return FencingToken.of(new FencingToken(term(batch)).epoch(), 0).value();
    }

    /** How many bytes of a batch an entry takes whose body has that many. */
    public static int entryBytes(int bodyBytes) {
        return ENTRY_HEADER_BYTES + bodyBytes;
    }

    /** Goes through the entries of a verified batch. The cursor is valid as long as the buffer is. */
    public static Entries entries(ByteBuf batch) {
        return new Entries(batch);
    }

    /** A cursor over a batch's entries, before the first one at the beginning. Copies nothing. For one thread. */
    public static final class Entries {
        private final ByteBuf batch;
        private final long firstIndex;
        private final int count;
        private int passed;
        private int at;
        private int bodyLength;

        private Entries(ByteBuf batch) {
            this.batch = batch;
            this.firstIndex = firstIndex(batch);
            this.count = count(batch);
            // One entry with an empty body before the first, so that next() is the same for all.
            this.at = batch.readerIndex() + HEADER_BYTES - ENTRY_HEADER_BYTES;
        }

        /** Moves to the next entry; false if there is none. */
        public boolean next() {
            if (passed == count) {
                return false;
            }
            at += ENTRY_HEADER_BYTES + bodyLength;
            bodyLength = batch.getInt(at);
            passed++;
            return true;
        }

        /** The entry's index. */
        public long index() {
            return firstIndex + passed - 1;
        }

        /** The entry's kind, 0 to 255. */
        public int kind() {
            return batch.getUnsignedByte(at + 4);
        }

        /** Where the body begins, as an index of the batch's buffer. */
        public int bodyOffset() {
            return at + ENTRY_HEADER_BYTES;
        }

        /** The body's length in bytes, from 0. */
        public int bodyLength() {
            return bodyLength;
        }

        /** The body as a slice that shares the batch's reference count, not retained. */
        public ByteBuf body() {
            return batch.slice(bodyOffset(), bodyLength);
        }
    }
}
