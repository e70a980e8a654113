package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands, requests and answers of the maps as bytes: {@code docs/formats.md}. This half is the caller's: it
 * writes commands and requests and reads answers; {@link MapMachine} does the opposite.
 *
 * <p>Answers that do not follow the format are {@link IllegalStateException}s: they come from this cluster's own
 * machine, so its nodes do not run compatible versions.
 */
public final class MapCommands {
    /** The longest name of a map, in bytes. */
    public static final int MAX_NAME = 255;
    /** The shortest time to live: 1 ms. */
    public static final long MIN_TTL_NANOS = 1_000_000;
    /** The longest time to live: ten years. */
    public static final long MAX_TTL_NANOS = 3_653L * 24 * 3_600 * 1_000_000_000;

    static final int PUT = 1;
    static final int GET_AND_PUT = 2;
    static final int PUT_IF_ABSENT = 3;
    static final int REPLACE = 4;
    static final int COMPARE_AND_SET = 5;
    static final int REMOVE = 6;
    static final int GET_AND_REMOVE = 7;
    static final int CLEAR = 8;
    static final int ADD = 9;
    static final int BATCH = 10;
    static final int PUT_EXPIRING = 11;

    static final int GET = 64;
    static final int SIZE = 65;
    static final int SCAN = 66;
    static final int POSITION = 67;

    private MapCommands() {}

    /** True if the answer to this command is always empty. */
    public static boolean isWithoutResult(byte[] command) {
        if (command.length == 0) {
            return false;
        }
        return switch (command[0]) {
            case PUT, CLEAR, BATCH, PUT_EXPIRING -> true;
            default -> false;
        };
    }

    /** Sets a value. The answer is empty. */
    public static byte[] put(byte[] name, byte[] key, byte[] value) {
        return keyAndValue(PUT, name, key, value);
    }

    /** Sets a value that goes after a time. The answer is empty. */
    public static byte[] putExpiring(byte[] name, byte[] key, byte[] value, long ttlNanos) {
        return new CommandWriter(PUT_EXPIRING, name, Long.BYTES + CommandWriter.sizeOf(key) + value.length)
                .number(ttlNanos)
                .bytes(key)
                .rest(value)
                .done();
    }

    /** Sets a value. The answer is the previous one ({@link #optional}). */
    public static byte[] getAndPut(byte[] name, byte[] key, byte[] value) {
        return keyAndValue(GET_AND_PUT, name, key, value);
    }

    /** Sets a value if there is none. The answer is the one that is in the way ({@link #optional}). */
    public static byte[] putIfAbsent(byte[] name, byte[] key, byte[] value) {
        return keyAndValue(PUT_IF_ABSENT, name, key, value);
    }

    /** Sets a value if there is one. The answer is the previous one ({@link #optional}). */
    public static byte[] replace(byte[] name, byte[] key, byte[] value) {
        return keyAndValue(REPLACE, name, key, value);
    }

    /**
     * Sets or removes a value if the present one is as expected. The answer is whether it was ({@link #flag}).
     *
     * @param expected null: no value
     * @param value null: remove
     */
    public static byte[] compareAndSet(byte[] name, byte[] key, byte @Nullable [] expected, byte @Nullable [] value) {
        long expectedBytes = expected == null ? 0 : CommandWriter.sizeOf(expected);
        long valueBytes = value == null ? 0 : value.length;
        CommandWriter out = new CommandWriter(
                        COMPARE_AND_SET, name, CommandWriter.sizeOf(key) + 2 + expectedBytes + valueBytes)
                .bytes(key)
                .flag(expected != null);
        if (expected != null) {
            out.bytes(expected);
        }
        out.flag(value != null);
        if (value != null) {
            out.rest(value);
        }
        return out.done();
    }

    /** Removes a key. The answer is whether it was there ({@link #flag}). */
    public static byte[] remove(byte[] name, byte[] key) {
        return keyOnly(REMOVE, name, key);
    }

    /** Removes a key. The answer is its value ({@link #optional}). */
    public static byte[] getAndRemove(byte[] name, byte[] key) {
        return keyOnly(GET_AND_REMOVE, name, key);
    }

    /**
     * Adds to a value that is a number of eight bytes with its sign flipped, or to 0 if there is none. The answer is the sum ({@link #number}); one
     * that overflows wraps around.
     */
    public static byte[] add(byte[] name, byte[] key, long delta) {
        return keyAndValue(
                ADD, name, key, ByteBuffer.allocate(Long.BYTES).putLong(delta).array());
    }

    /** Removes all keys. The answer is empty. */
    public static byte[] clear(byte[] name) {
        return new CommandWriter(CLEAR, name, 0).done();
    }

    /** Asks for a value. The answer is it ({@link #optional}). */
    public static byte[] get(byte[] name, byte[] key) {
        return keyOnly(GET, name, key);
    }

    /** Asks for the number of keys ({@link #number}). */
    public static byte[] size(byte[] name) {
        return new CommandWriter(SIZE, name, 0).done();
    }

    /** Asks for the index up to which the state has come that answers ({@link #number}). */
    public static byte[] position(byte[] name) {
        return new CommandWriter(POSITION, name, 0).done();
    }

    /**
     * Asks for some entries in the order of their keys ({@link #page}).
     *
     * @param prefix what their keys begin with; empty: all keys
     * @param after the last key of the page before; null: from the first
     * @param maxEntries 1 to {@link Integer#MAX_VALUE}; the machine has a lower limit of its own
     * @param maxBytes of keys and values, with the same limits; one entry is always given
     */
    public static byte[] scan(byte[] name, byte[] prefix, byte @Nullable [] after, int maxEntries, int maxBytes) {
        CommandWriter out = new CommandWriter(
                        SCAN, name, CommandWriter.sizeOf(prefix) + 9 + (after == null ? 0 : after.length))
                .bytes(prefix)
                .number(maxEntries)
                .number(maxBytes)
                .flag(after != null);
        if (after != null) {
            out.rest(after);
        }
        return out.done();
    }

    /** Reads an answer that is a value or none. */
    public static byte @Nullable [] optional(byte[] answer) {
        if (answer.length == 0 || answer[0] != 1) {
            if (answer.length == 1 && answer[0] == 0) {
                return null;
            }
            throw unexpected("a value or none", answer);
        }
        byte[] value = new byte[answer.length - 1];
        System.arraycopy(answer, 1, value, 0, value.length);
        return value;
    }

    /** Reads an answer that is a yes or no. */
    public static boolean flag(byte[] answer) {
        if (answer.length != 1 || (answer[0] & ~1) != 0) {
            throw unexpected("a yes or no", answer);
        }
        return answer[0] == 1;
    }

    /** Reads an answer that is a number. */
    public static long number(byte[] answer) {
        if (answer.length != Long.BYTES) {
            throw unexpected("a number", answer);
        }
        return ByteBuffer.wrap(answer).getLong();
    }

    /**
     * Reads a page.
     *
     * @param entries is given each key with its value, in order
     * @return whether there were more, so that asking again after the last key is worth it
     */
    public static boolean page(byte[] answer, BiConsumer<byte[], byte[]> entries) {
        if (answer.length == 0 || (answer[0] & ~1) != 0) {
            throw unexpected("a page", answer);
        }
        List<byte[]> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(answer, 1, answer.length - 1);
        while (in.hasRemaining()) {
            int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw unexpected("a page", answer);
            }
            byte[] field = new byte[length];
            in.get(field);
            fields.add(field);
        }
        if (fields.size() % 2 != 0 || (fields.isEmpty() && answer[0] == 1)) {
            throw unexpected("a page", answer);
        }
        for (int i = 0; i < fields.size(); i += 2) {
            entries.accept(fields.get(i), fields.get(i + 1));
        }
        return answer[0] == 1;
    }

    private static IllegalStateException unexpected(String what, byte[] answer) {
        return new IllegalStateException("a map answered with " + answer.length + " bytes that are not " + what
                + "; do all nodes run compatible versions?");
    }

    private static byte[] keyOnly(int op, byte[] name, byte[] key) {
        return new CommandWriter(op, name, key.length).rest(key).done();
    }

    private static byte[] keyAndValue(int op, byte[] name, byte[] key, byte[] value) {
        return new CommandWriter(op, name, CommandWriter.sizeOf(key) + value.length)
                .bytes(key)
                .rest(value)
                .done();
    }
}
