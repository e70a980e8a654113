package io.holdfast.core.internal.netty;

import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames: a length of four bytes, then that many bytes.
 *
 * <p>A frame that lies whole in one read buffer is a slice of it. One that spans several is put together in a buffer
 * that grows with the bytes that have arrived, at most to double of them: the announced length reserves nothing.
 */
final class FrameDecoder {
    static final int HEADER_BYTES = 4;
    private static final int FIRST_ASSEMBLY_BYTES = 1024;

    private final ByteBufAllocator allocator;
    private int maxFrameBytes;
    private final ArrayDeque<ByteBuf> inputs = new ArrayDeque<>(2);
    private @Nullable ByteBuf assembly;
    private @Nullable ByteBuf handedOut;

    FrameDecoder(ByteBufAllocator allocator, int maxFrameBytes) {
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
    }

    void limit(int bytes) {
        maxFrameBytes = bytes;
    }

    /** Takes bytes that arrived, and their ownership. */
    void feed(ByteBuf bytes) {
        inputs.add(bytes);
    }

    boolean hasInput() {
        return !inputs.isEmpty();
    }

    /**
     * The next whole frame, or null. It is valid until the next call; whoever keeps it longer retains it.
     *
     * @throws MalformedFrameException if the length is illegal; the decoder is of no more use
     */
    @Nullable
    ByteBuf next() {
        releaseHandedOut();
        ByteBuf input;
        while ((input = inputs.peek()) != null) {
            if (input.isReadable()) {
                ByteBuf frame = assembly == null ? slice(input) : assemble(assembly, input);
                if (frame != null) {
                    return frame;
                }
            }
            if (!input.isReadable()) {
                inputs.remove().release();
            }
        }
        return null;
    }

    private @Nullable ByteBuf slice(ByteBuf input) {
        int available = input.readableBytes();
        if (available >= HEADER_BYTES) {
            int length = checkedLength(input.getInt(input.readerIndex()));
            if (available - HEADER_BYTES >= length) {
                input.skipBytes(HEADER_BYTES);
                return input.readSlice(length);
            }
        }
        assembly = allocator.directBuffer(Math.max(FIRST_ASSEMBLY_BYTES, available));
        assembly.writeBytes(input);
        return null;
    }

    private @Nullable ByteBuf assemble(ByteBuf partial, ByteBuf input) {
        int missing = HEADER_BYTES - partial.readableBytes();
        if (missing > 0) {
            partial.writeBytes(input, Math.min(missing, input.readableBytes()));
            if (partial.readableBytes() < HEADER_BYTES) {
                return null;
            }
        }
        int whole = HEADER_BYTES + checkedLength(partial.getInt(partial.readerIndex()));
        int taken = Math.min(whole - partial.readableBytes(), input.readableBytes());
        ByteBuf grown = withRoom(partial, taken, whole);
        grown.writeBytes(input, taken);
        if (grown.readableBytes() < whole) {
            return null;
        }
        assembly = null;
        handedOut = grown;
        return grown.skipBytes(HEADER_BYTES);
    }

    private ByteBuf withRoom(ByteBuf partial, int bytes, int whole) {
        if (partial.writableBytes() >= bytes) {
            return partial;
        }
        int needed = partial.readableBytes() + bytes;
        int capacity = (int) Math.max(needed, Math.min(2L * needed, whole));
        ByteBuf grown = allocator.directBuffer(capacity).writeBytes(partial);
        partial.release();
        assembly = grown;
        return grown;
    }

    private int checkedLength(int length) {
        if (length < 1 || length > maxFrameBytes) {
            throw new MalformedFrameException("a frame announces " + Integer.toUnsignedString(length)
                    + " bytes; legal are 1 to " + maxFrameBytes);
        }
        return length;
    }

    private void releaseHandedOut() {
        if (handedOut != null) {
            handedOut.release();
            handedOut = null;
        }
    }

    /** Lets go of everything. Idempotent. */
    void release() {
        releaseHandedOut();
        if (assembly != null) {
            assembly.release();
            assembly = null;
        }
        ByteBuf input;
        while ((input = inputs.poll()) != null) {
            input.release();
        }
    }
}
