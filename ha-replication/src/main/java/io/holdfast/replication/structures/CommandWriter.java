package io.holdfast.replication.structures;

import java.nio.ByteBuffer;

/** Writes the fields of one command or request into an array of exactly its size. */
final class CommandWriter {
    private final byte[] command;
    private final ByteBuffer out;

    /** @param bodyBytes what follows the name */
    CommandWriter(int op, byte[] name, long bodyBytes) {
        if (name.length == 0 || name.length > MapCommands.MAX_NAME) {
            throw new IllegalArgumentException(
                    "a map's name has 1 to " + MapCommands.MAX_NAME + " bytes in UTF-8, this one has " + name.length);
        }
        this.command = new byte[Math.toIntExact(2 + name.length + bodyBytes)];
        this.out =
                ByteBuffer.wrap(command).put((byte) op).put((byte) name.length).put(name);
    }

    /** The size of a field that its length precedes. */
    static long sizeOf(byte[] field) {
        return Integer.BYTES + (long) field.length;
    }

    CommandWriter flag(boolean value) {
        out.put((byte) (value ? 1 : 0));
        return this;
    }

    CommandWriter number(int value) {
        out.putInt(value);
        return this;
    }

    CommandWriter number(long value) {
        out.putLong(value);
        return this;
    }

    /** A field that its length precedes. */
    CommandWriter bytes(byte[] field) {
        out.putInt(field.length).put(field);
        return this;
    }

    /** A field that ends the command. */
    CommandWriter rest(byte[] field) {
        out.put(field);
        return this;
    }

    byte[] done() {
        if (out.hasRemaining()) {
            throw new IllegalStateException(out.remaining() + " bytes of a map command were not written");
        }
        return command;
    }
}
