package io.holdfast.replication.locks;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/** What processes say about locks, as entries of the log; see {@code docs/formats.md}. Times are nanoseconds. */
public sealed interface LockCommand {
    /** The most permits of a semaphore. */
    int MAX_PERMITS = 1_000_000;

    /**
     * A process begins to use locks, or begins again after its lease has ended. Answered with a generation of its own, which all
     * else that it says carries. Others under the same identity stay until {@link Bury}.
     *
     * @param process of a node, its disk, which only one process uses at a time; of a client, made up for its life
     * @param leaseNanos how long what it holds lasts after each {@link Renew}
     * @param name the node's, for people
     */
    record Enlist(UUID process, long leaseNanos, String name) implements LockCommand {}

    /** Whoever enlisted earlier under the same identity is dead. */
    record Bury(long generation) implements LockCommand {}

    /** It lives. */
    record Renew(long generation) implements LockCommand {}

    /**
     * It wants a lock, or permits of a semaphore. Said again with the same number, it changes nothing and tells how things stand.
     *
     * @param request its own number for that, never used again once it is released
     * @param waits false if it wants it at once or not at all
     * @param permits how many of them; 1 of a lock
     * @param limit how many the semaphore has; 1 of a lock
     */
    record Acquire(long generation, long request, boolean waits, LockName lock, int permits, int limit)
            implements LockCommand {}

    /** What it holds or waits for under that number it gives back, or waits for no more. Nothing changes if it does neither. */
    record Release(long generation, long request) implements LockCommand {}

    /** It holds nothing and wants nothing any more. */
    record Leave(long generation) implements LockCommand {}

    /** As bytes. */
    default byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(64 + LockName.MAX_BYTES);
        if (this instanceof Enlist c) {
            out.put((byte) 1)
                    .putLong(c.process().getMostSignificantBits())
                    .putLong(c.process().getLeastSignificantBits());
            put(out.putLong(c.leaseNanos()), c.name());
        } else if (this instanceof Bury c) {
            out.put((byte) 2).putLong(c.generation());
        } else if (this instanceof Renew c) {
            out.put((byte) 3).putLong(c.generation());
        } else if (this instanceof Acquire c) {
            out.put((byte) 4).putLong(c.generation()).putLong(c.request());
            out.put((byte) (c.waits() ? 1 : 0)).put((byte) c.lock().kind());
            put(out, c.lock().name());
            out.putInt(c.permits()).putInt(c.limit());
        } else if (this instanceof Release c) {
            out.put((byte) 5).putLong(c.generation()).putLong(c.request());
        } else if (this instanceof Leave c) {
            out.put((byte) 6).putLong(c.generation());
        } else {
            throw new IllegalStateException("a command of an unknown kind: " + this);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** @throws IllegalArgumentException if it is not exactly one command with values in their ranges */
    static LockCommand decode(ByteBuffer in) {
        LockCommand command;
        try {
            int op = in.get();
            command = switch (op) {
                case 1 -> new Enlist(new UUID(in.getLong(), in.getLong()), lease(in), text(in));
                case 2 -> new Bury(positive(in));
                case 3 -> new Renew(positive(in));
                case 4 -> acquire(in);
                case 5 -> new Release(positive(in), positive(in));
                case 6 -> new Leave(positive(in));
                default -> throw new IllegalArgumentException("lock command " + op + " is not known to this version");
            };
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a lock command that ends too early");
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many after " + command);
        }
        return command;
    }

    private static Acquire acquire(ByteBuffer in) {
        long generation = positive(in);
        long request = positive(in);
        int waits = in.get();
        if (waits != 0 && waits != 1) {
            throw new IllegalArgumentException("whether it waits is " + waits + ", neither 0 nor 1");
        }
        LockName lock = new LockName(in.get(), text(in));
        int permits = in.getInt();
        int limit = in.getInt();
        int most = lock.kind() == LockName.LOCK ? 1 : MAX_PERMITS;
        if (permits < 1 || permits > limit || limit > most) {
            throw new IllegalArgumentException(permits + " of " + limit + " permits of " + lock);
        }
        return new Acquire(generation, request, waits == 1, lock, permits, limit);
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LockName.MAX_BYTES) {
            throw new IllegalArgumentException("\"" + text + "\" is longer than " + LockName.MAX_BYTES + " bytes");
        }
        out.put((byte) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.get() & 0xFF];
        in.get(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException("a name that is no UTF-8");
        }
        return text;
    }

    private static long positive(ByteBuffer in) {
        long value = in.getLong();
        if (value < 1) {
            throw new IllegalArgumentException(value + " where a positive number has to be");
        }
        return value;
    }

    /** None is longer than a day, so that sums of them fit. */
    private static long lease(ByteBuffer in) {
        long nanos = positive(in);
        if (nanos > 86_400_000_000_000L) {
            throw new IllegalArgumentException("a lease of " + nanos + " ns");
        }
        return nanos;
    }
}
