package io.holdfast.replication.structures;

import java.nio.ByteBuffer;

/**
 * Reads the fields of one command or request. Everything it allocates is bounded by the bytes that are there; all
 * failures are {@link IllegalArgumentException}s.
 */
final class CommandReader {
    private final ByteBuffer in;

    /** @param in is left as it is */
    CommandReader(ByteBuffer in) {
        this.in = in.slice();
    }

    int unsignedByte(String what) {
        need(1, what);
        return in.get() & 0xff;
    }

    boolean flag(String what) {
        int value = unsignedByte(what);
        if (value > 1) {
            throw malformed(what + " is " + value + ", neither 0 nor 1");
        }
        return value == 1;
    }

    int positive(String what) {
        need(Integer.BYTES, what);
        int value = in.getInt();
        if (value <= 0) {
            throw malformed(what + " is " + value + ", not positive");
        }
        return value;
    }

    int notNegative(String what) {
        need(Integer.BYTES, what);
        int value = in.getInt();
        if (value < 0) {
            throw malformed(what + " is " + value + ", and negative");
        }
        return value;
    }

    long index(String what) {
        need(Long.BYTES, what);
        long value = in.getLong();
        if (value < 1) {
            throw malformed(what + " is " + value + ", not positive");
        }
        return value;
    }

    /** A time to live, in nanoseconds. */
    long timeToLive() {
        need(Long.BYTES, "the time to live");
        long nanos = in.getLong();
        if (nanos < MapCommands.MIN_TTL_NANOS || nanos > MapCommands.MAX_TTL_NANOS) {
            throw malformed("the time to live is " + nanos + " ns");
        }
        return nanos;
    }

    /** A field that its length in four bytes precedes. */
    byte[] bytes(String what) {
        need(Integer.BYTES, "the length of " + what);
        int length = in.getInt();
        if (length < 0) {
            throw malformed("the length of " + what + " is " + length);
        }
        return take(length, what);
    }

    /** All that is left. */
    byte[] rest() {
        return take(in.remaining(), "the rest");
    }

    /** The name of a map, as a view of the command. */
    ByteBuffer name() {
        int length = unsignedByte("the length of the map's name");
        if (length == 0) {
            throw malformed("the map's name is empty");
        }
        need(length, "the map's name");
        ByteBuffer name = in.slice(in.position(), length);
        in.position(in.position() + length);
        return name;
    }

    boolean hasMore() {
        return in.hasRemaining();
    }

    /** Nothing may be left. */
    void end() {
        if (in.hasRemaining()) {
            throw malformed(in.remaining() + " bytes too many");
        }
    }

    private byte[] take(int length, String what) {
        need(length, what);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private void need(int bytes, String what) {
        if (in.remaining() < bytes) {
            throw malformed(what + " needs " + bytes + " bytes where " + in.remaining() + " are left");
        }
    }

    private IllegalArgumentException malformed(String why) {
        return new IllegalArgumentException(
                "malformed map command, at byte " + in.position() + " of " + in.limit() + ": " + why);
    }
}
