package io.holdfast.replication.locks;

import java.nio.charset.StandardCharsets;

/**
 * What is locked. Locks and semaphores have names of their own each.
 *
 * @param kind {@link #LOCK} or {@link #SEMAPHORE}
 * @param name of 1 to 255 bytes in UTF-8
 */
public record LockName(int kind, String name) implements Comparable<LockName> {
    /** One holder at a time. */
    public static final int LOCK = 1;
    /** Several, who have so many permits together. */
    public static final int SEMAPHORE = 2;
    /** The longest name. */
    public static final int MAX_BYTES = 255;

    /** Checks both. */
    public LockName {
        if (kind != LOCK && kind != SEMAPHORE) {
            throw new IllegalArgumentException("a lock of kind " + kind + " is not known to this version");
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isBlank() || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a lock's name has 1 to " + MAX_BYTES
                    + " bytes in UTF-8, not all blank; \"" + name + "\" has " + bytes);
        }
    }

    @Override
    public int compareTo(LockName other) {
        return kind != other.kind ? Integer.compare(kind, other.kind) : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return (kind == LOCK ? "lock \"" : "semaphore \"") + name + "\"";
    }
}
