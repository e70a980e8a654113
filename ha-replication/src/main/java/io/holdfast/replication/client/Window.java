package io.holdfast.replication.client;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes that are not answered, or behind one that is not, in the order of their numbers, which have no gaps. */
final class Window {
    private @Nullable PendingWrite[] ring = new PendingWrite[64];
    private int head;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(PendingWrite write) {
        if (size == ring.length) {
            @Nullable PendingWrite[] larger = new PendingWrite[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = write;
    }

    /** The {@code i}th from the oldest on. */
    PendingWrite get(int i) {
        return Objects.requireNonNull(ring[(head + i) & (ring.length - 1)]);
    }

    PendingWrite remove() {
        PendingWrite first = get(0);
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return first;
    }

    /** The one with that number, or null. */
    @Nullable
    PendingWrite find(long sequence) {
        if (size == 0) {
            return null;
        }
        long first = get(0).sequence();
        long at = sequence - first;
        return first == 0 || at < 0 || at >= size ? null : get((int) at);
    }

    void removeIf(Predicate<PendingWrite> unwanted) {
        int kept = 0;
        int all = size;
        for (int i = 0; i < all; i++) {
            PendingWrite write = get(i);
            if (!unwanted.test(write)) {
                ring[(head + kept++) & (ring.length - 1)] = write;
            }
        }
        for (int i = kept; i < all; i++) {
            ring[(head + i) & (ring.length - 1)] = null;
        }
        size = kept;
    }

    void clear() {
        Arrays.fill(ring, null);
        head = 0;
        size = 0;
    }
}
