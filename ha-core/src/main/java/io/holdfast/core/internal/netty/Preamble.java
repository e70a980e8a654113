package io.holdfast.core.internal.netty;

import io.holdfast.core.runtime.Transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The first eight bytes that a dialler sends: {@code H F S T}, version 1, security, 0, 0. It tells a Holdfast peer from
 * a port scanner before anything is kept for it, and leaves room to change everything after it.
 */
final class Preamble {
    static final int BYTES = 8;

    /** Frames follow in plain. */
    private static final byte PLAIN = 0;

    /** TLS 1.3 starts with the ninth byte; frames follow within it. */
    private static final byte TLS = 1;

    private static final int SECURITY_AT = 5;
    private static final byte[] PLAIN_PREAMBLE = {'H', 'F', 'S', 'T', 1, PLAIN, 0, 0};

    /** A TLS record with a handshake message: a client that speaks TLS and not Holdfast. */
    private static final byte TLS_RECORD = 0x16;

    private final byte security;
    private int checked;

    Preamble(boolean tls) {
        this.security = tls ? TLS : PLAIN;
    }

    /** What is wrong with one. */
    record Problem(Refusal refusal, String text) {}

    /** What a dialler sends. */
    static ByteBuf of(boolean tls) {
        byte[] preamble = PLAIN_PREAMBLE.clone();
        preamble[SECURITY_AT] = tls ? TLS : PLAIN;
        return Unpooled.wrappedBuffer(preamble);
    }

    /**
     * Reads as much of it as has arrived, and nothing behind it.
     *
     * @return what is wrong with it, or null
     */
    @Nullable
    Problem check(ByteBuf bytes) {
        while (checked < BYTES && bytes.isReadable()) {
            byte actual = bytes.readByte();
            byte expected = checked == SECURITY_AT ? security : PLAIN_PREAMBLE[checked];
            if (actual != expected) {
                return problem(actual, expected);
            }
            checked++;
        }
        return null;
    }

    private Problem problem(byte actual, byte expected) {
        if (checked == SECURITY_AT && actual == PLAIN) {
            return new Problem(
                    Refusal.PLAIN_TEXT, "speaks in plain, and this node speaks TLS only; give the far end .tls(...)");
        }
        if (checked == SECURITY_AT && actual == TLS) {
            return new Problem(
                    Refusal.TLS_NOT_SPOKEN, "speaks TLS, and this node does not; all nodes need .tls(...), or none");
        }
        if (checked == 0 && actual == TLS_RECORD) {
            return new Problem(
                    Refusal.NOT_HOLDFAST, "begins TLS without the preamble of Holdfast; it is no Holdfast peer");
        }
        return new Problem(
                Refusal.NOT_HOLDFAST,
                checked == SECURITY_AT
                        ? "asks for security " + actual + ", which this node does not speak"
                        : "byte " + checked + " of its preamble is " + actual + " instead of " + expected);
    }

    boolean complete() {
        return checked == BYTES;
    }
}
