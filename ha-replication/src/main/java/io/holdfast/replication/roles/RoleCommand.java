package io.holdfast.replication.roles;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What nodes say about roles, as entries of the log; see {@code docs/formats.md}. Times are nanoseconds. */
public sealed interface RoleCommand {
    /** The longest name of a node or role. */
    int MAX_NAME_BYTES = 255;

    /** Which node says so. */
    String node();

    /**
     * The node's process has begun, or has learnt that it was taken for dead: it holds nothing. Answered with its generation,
     * which all else that it says carries.
     *
     * @param before its generation until now, as it knows it, 0 for none: one that comes late, of a process that is gone, is refused
     * @param diskId the disk that only one process uses at a time: an earlier one that used it is dead
     * @param leaseNanos how long what it is granted lasts after each {@link Renew}
     * @param health 0 for up, 1 for degraded, 2 for down
     */
    record Enlist(String node, long before, UUID diskId, long leaseNanos, int health) implements RoleCommand {}

    /** It lives. As all that follows answered with the entry's index, or with 0 if it was taken for dead meanwhile, and has to enlist again. */
    record Renew(String node, long generation, int health) implements RoleCommand {}

    /**
     * It stands for a role.
     *
     * @param priority among equally healthy nodes the highest is preferred
     * @param stopWithinNanos how long its callbacks may go on after a grant has ended
     */
    record Stand(String node, long generation, String role, int priority, long stopWithinNanos)
            implements RoleCommand {}

    /** It stands no longer, and holds it no longer. */
    record Withdraw(String node, long generation, String role) implements RoleCommand {}

    /**
     * It gives the role back: its callbacks have ended.
     *
     * @param token of the grant
     * @param to the node to have it next, if it stands for it; empty for whoever suits best
     * @param pauseNanos for so long it is not to have it again, if another stands for it
     */
    record Release(String node, long generation, String role, long token, String to, long pauseNanos)
            implements RoleCommand {}

    /** It stands for nothing any more. */
    record Leave(String node, long generation) implements RoleCommand {}

    /** As bytes. */
    default byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(64 + 3 * (MAX_NAME_BYTES + 1));
        if (this instanceof Enlist c) {
            put(out.put((byte) 1), c.node());
            out.putLong(c.before());
            out.putLong(c.diskId().getMostSignificantBits()).putLong(c.diskId().getLeastSignificantBits());
            out.putLong(c.leaseNanos()).put((byte) c.health());
        } else if (this instanceof Renew c) {
            put(out.put((byte) 2), c.node());
            out.putLong(c.generation()).put((byte) c.health());
        } else if (this instanceof Stand c) {
            put(out.put((byte) 3), c.node());
            put(out.putLong(c.generation()), c.role());
            out.put((byte) c.priority()).putLong(c.stopWithinNanos());
        } else if (this instanceof Withdraw c) {
            put(out.put((byte) 4), c.node());
            put(out.putLong(c.generation()), c.role());
        } else if (this instanceof Release c) {
            put(out.put((byte) 5), c.node());
            put(out.putLong(c.generation()), c.role());
            put(out.putLong(c.token()), c.to());
            out.putLong(c.pauseNanos());
        } else if (this instanceof Leave c) {
            put(out.put((byte) 6), c.node());
            out.putLong(c.generation());
        } else {
            throw new IllegalStateException("a command of an unknown kind: " + this);
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /** @throws IllegalArgumentException if it is not exactly one command with values in their ranges */
    static RoleCommand decode(ByteBuffer in) {
        RoleCommand command;
        try {
            int op = in.get();
            String node = name(in);
            command = switch (op) {
                case 1 ->
                    new Enlist(node, in.getLong(), new UUID(in.getLong(), in.getLong()), positive(in), health(in));
                case 2 -> new Renew(node, in.getLong(), health(in));
                case 3 -> new Stand(node, in.getLong(), name(in), in.get(), notNegative(in));
                case 4 -> new Withdraw(node, in.getLong(), name(in));
                case 5 -> new Release(node, in.getLong(), name(in), in.getLong(), text(in), notNegative(in));
                case 6 -> new Leave(node, in.getLong());
                default -> throw new IllegalArgumentException("role command " + op + " is not known to this version");
            };
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a role command that ends too early");
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many after " + command);
        }
        return command;
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("\"" + text + "\" is longer than " + MAX_NAME_BYTES + " bytes");
        }
        out.put((byte) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.get() & 0xFF];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String name(ByteBuffer in) {
        String name = text(in);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an empty name");
        }
        return name;
    }

    private static int health(ByteBuffer in) {
        int health = in.get();
        if (health < 0 || health > 2) {
            throw new IllegalArgumentException("health " + health);
        }
        return health;
    }

    private static long positive(ByteBuffer in) {
        long value = notNegative(in);
        if (value == 0) {
            throw new IllegalArgumentException("a zero where none can be");
        }
        return value;
    }

    /** None is longer than a day, so that sums of them fit. */
    private static long notNegative(ByteBuffer in) {
        long value = in.getLong();
        if (value < 0 || value > 86_400_000_000_000L) {
            throw new IllegalArgumentException(value + " ns");
        }
        return value;
    }
}
