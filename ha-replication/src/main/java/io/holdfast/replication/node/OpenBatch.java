package io.holdfast.replication.node;

import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.session.EntryKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The master's next batch, which gathers entries until the loop's turn ends. On the loop. */
final class OpenBatch {
    private static final int INITIAL_BYTES = 4 << 10;

    private final ByteBufAllocator allocator;
    private @Nullable BatchBuilder builder;

    OpenBatch(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    private BatchBuilder builder() {
        BatchBuilder open = builder;
        if (open == null) {
            open = BatchBuilder.open(allocator, INITIAL_BYTES);
            builder = open;
        }
        return open;
    }

    /** True if an entry with a body of that many bytes can be added. */
    boolean fits(int bodyBytes) {
        return builder == null || builder.fits(bodyBytes);
    }

    void addNoop() {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.NOOP);
        open.endEntry();
    }

    void addOpenSession(long token) {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.OPEN_SESSION).writeLong(token);
        open.endEntry();
    }

    /** Adds a command; its bytes are copied. */
    void addCommand(long session, long sequence, long answeredBelow, int machine, ByteBuf command) {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.COMMAND)
                .writeLong(session)
                .writeLong(sequence)
                .writeLong(answeredBelow)
                .writeByte(machine)
                .writeBytes(command, command.readerIndex(), command.readableBytes());
        open.endEntry();
    }

    /** Adds a command; its bytes are copied. */
    void addCommand(long session, long sequence, long answeredBelow, int machine, byte[] command) {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.COMMAND)
                .writeLong(session)
                .writeLong(sequence)
                .writeLong(answeredBelow)
                .writeByte(machine)
                .writeBytes(command);
        open.endEntry();
    }

    void addKeepAlive(long session, long answeredBelow) {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.KEEP_ALIVE).writeLong(session).writeLong(answeredBelow);
        open.endEntry();
    }

    void addCloseSession(long session) {
        BatchBuilder open = builder();
        open.beginEntry(EntryKind.CLOSE_SESSION).writeLong(session);
        open.endEntry();
    }

    boolean isEmpty() {
        return builder == null;
    }

    int count() {
        return builder == null ? 0 : builder.count();
    }

    int bytes() {
        return builder == null ? 0 : builder.bytes();
    }

    /** Finishes the batch with its numbers; the caller owns it. */
    ByteBuf seal(BatchMeta meta, long wallMillis, long masterNanos) {
        BatchBuilder open = builder();
        builder = null;
        if (open.count() != meta.count() || open.bytes() != meta.bytes()) {
            open.release();
            throw new IllegalStateException(meta + " was proposed, but the batch has " + open.count() + " entries");
        }
        return open.seal(meta.firstIndex(), meta.term(), wallMillis, masterNanos);
    }

    void clear() {
        if (builder != null) {
            builder.release();
            builder = null;
        }
    }
}
