package io.holdfast.replication.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/**
 * Gathers entries into a batch, in one pooled direct buffer that becomes the batch. For one thread at a time. Ends with
 * {@link #seal}, which gives the buffer away, or with {@link #release}.
 */
public final class BatchBuilder {
    private static final int NO_ENTRY = -1;

    private final ByteBuf buffer;
    private int count;
    private int entryAt = NO_ENTRY;
    private boolean ended;

    private BatchBuilder(ByteBuf buffer) {
        this.buffer = buffer;
        buffer.writeZero(Batch.HEADER_BYTES);
    }

    /**
     * Opens one.
     *
     * @param expectedBytes how long the batch may become, header included; it grows beyond up to {@link Batch#MAX_BYTES}
     */
    public static BatchBuilder open(ByteBufAllocator allocator, int expectedBytes) {
        int initial = Math.max(Batch.HEADER_BYTES, Math.min(expectedBytes, Batch.MAX_BYTES));
        return new BatchBuilder(allocator.directBuffer(initial, Batch.MAX_BYTES));
    }

    /** True if an entry with a body of that many bytes can be added. */
    public boolean fits(int bodyBytes) {
        return bodyBytes <= Batch.MAX_BYTES - Batch.ENTRY_HEADER_BYTES - buffer.writerIndex();
    }

    /**
     * Begins an entry, whose body the caller then writes to the result, and nowhere but at its end. A body that does not
     * fit fails there with {@link IndexOutOfBoundsException}; {@link #abandonEntry} then takes the entry back.
     *
     * @param kind 0 to 255
     */
    public ByteBuf beginEntry(int kind) {
        if (ended || entryAt != NO_ENTRY) {
            throw new IllegalStateException(ended ? "the batch is sealed or released" : "an entry is open already");
        }
        if (kind < 0 || kind > 255 || !fits(0)) {
            throw new IllegalArgumentException(
                    kind < 0 || kind > 255 ? "entry kind " + kind + " is not within 0 to 255" : "the batch is full");
        }
        entryAt = buffer.writerIndex();
        buffer.writeInt(0).writeByte(kind);
        return buffer;
    }

    /** Ends the entry that was begun. */
    public void endEntry() {
        int body = buffer.writerIndex() - openEntry() - Batch.ENTRY_HEADER_BYTES;
        if (body < 0) {
            throw new IllegalStateException("the writer index was moved back, into the entry's header");
        }
        buffer.setInt(entryAt, body);
        entryAt = NO_ENTRY;
        count++;
    }

    /** Takes back the entry that was begun. */
    public void abandonEntry() {
        buffer.writerIndex(openEntry());
        entryAt = NO_ENTRY;
    }

    private int openEntry() {
        if (entryAt == NO_ENTRY) {
            throw new IllegalStateException("no entry is open");
        }
        return entryAt;
    }

    /** Adds an entry. Neither consumes nor releases {@code body}. */
    public void append(int kind, ByteBuf body) {
        checkFits(body.readableBytes());
        beginEntry(kind).writeBytes(body, body.readerIndex(), body.readableBytes());
        endEntry();
    }

    /** Adds an entry. */
    public void append(int kind, byte[] body) {
        checkFits(body.length);
        beginEntry(kind).writeBytes(body);
        endEntry();
    }

    /** Adds an entry. Does not consume {@code body}. */
    public void append(int kind, ByteBuffer body) {
        checkFits(body.remaining());
        beginEntry(kind).writeBytes(body.duplicate());
        endEntry();
    }

    private void checkFits(int bodyBytes) {
        if (!fits(bodyBytes)) {
            throw new IllegalArgumentException("an entry of " + bodyBytes + " bytes does not fit into a batch of "
                    + buffer.writerIndex() + " bytes; " + Batch.MAX_BYTES + " are allowed. Ask fits() first");
        }
    }

    /** How many entries there are. */
    public int count() {
        return count;
    }

    /** The batch's length so far in bytes, header included. */
    public int bytes() {
        return buffer.writerIndex();
    }

    /**
     * Writes the header, and hands the batch to the caller, who releases it.
     *
     * @param firstIndex index of the first entry, from 1
     * @param term from 1
     * @param wallMillis the master's wall clock, never less than in the batch before
     * @param masterNanos monotonic time that masters have accumulated, in nanoseconds
     */
    public ByteBuf seal(long firstIndex, long term, long wallMillis, long masterNanos) {
        if (ended || entryAt != NO_ENTRY || count == 0) {
            throw new IllegalStateException(
                    ended ? "the batch is sealed or released" : count == 0 ? "the batch is empty" : "an entry is open");
        }
        if (firstIndex < 1 || firstIndex > Long.MAX_VALUE - count || term < 1) {
            throw new IllegalArgumentException("first index " + firstIndex + ", term " + term + ": both begin at 1");
        }
        ended = true;
        int length = buffer.writerIndex();
        if (length <= buffer.capacity() / 2) {
            buffer.capacity(length); // it stays in memory for long, and what it does not need with it
        }
        buffer.setInt(Batch.LENGTH_AT, length)
                .setByte(Batch.VERSION_AT, Batch.VERSION)
                .setInt(Batch.COUNT_AT, count)
                .setLong(Batch.FIRST_INDEX_AT, firstIndex)
                .setLong(Batch.TERM_AT, term)
                .setLong(Batch.WALL_MILLIS_AT, wallMillis)
                .setLong(Batch.MASTER_NANOS_AT, masterNanos);
        buffer.setInt(Batch.CRC_AT, Checksums.crc32c(buffer, Batch.VERSION_AT, length - Batch.VERSION_AT));
        return buffer;
    }

    /** Gives the buffer back without making a batch. No effect after {@link #seal}. Idempotent. */
    public void release() {
        if (!ended) {
            ended = true;
            buffer.release();
        }
    }
}
