package io.holdfast.core.internal.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The first eight bytes that a dialler sends: {@code H F S T}, version 1, security, 0, 0. It tells a Holdfast peer from
 * a port scanner before anything is kept for it, and leaves room to change everything after it.
 */
final class Preamble {
    static final int BYTES = 8;

    /** Frames follow in plain. 1 is reserved: TLS 1.3 would start with the ninth byte. */
    private static final byte PLAIN = 0;

    private static final int SECURITY_AT = 5;
    private static final byte[] PLAIN_PREAMBLE = {'H', 'F', 'S', 'T', 1, PLAIN, 0, 0};

    private int checked;

    /** What a dialler sends. */
    static ByteBuf plain() {
        return Unpooled.wrappedBuffer(PLAIN_PREAMBLE.clone());
    }

    /**
     * Reads as much of it as has arrived, and nothing behind it.
     *
     * @return what is wrong with it, or null
     */
    @Nullable
    String check(ByteBuf bytes) {
        while (checked < BYTES && bytes.isReadable()) {
            byte actual = bytes.readByte();
            if (actual != PLAIN_PREAMBLE[checked]) {
                return checked == SECURITY_AT
                        ? "asks for security " + actual + ", which this node does not speak"
                        : "byte " + checked + " of its preamble is " + actual + " instead of "
                                + PLAIN_PREAMBLE[checked];
            }
            checked++;
        }
        return null;
    }

    boolean complete() {
        return checked == BYTES;
    }
}
