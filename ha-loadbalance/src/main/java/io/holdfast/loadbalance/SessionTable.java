package io.holdfast.loadbalance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Endpoints that sessions may stay with, by the hash of their id: open addressing, at most half full. Immutable. */
final class SessionTable {
    private final @Nullable Target[] places;
    private final int mask;

    SessionTable(List<Target> targets) {
        int size = Integer.highestOneBit(Math.max(1, targets.size())) * 4;
        this.places = new @Nullable Target[size];
        this.mask = size - 1;
        for (Target target : targets) {
            int at = (int) target.idHash() & mask;
            while (places[at] != null) {
                at = (at + 1) & mask;
            }
            places[at] = target;
        }
    }

    /** Null if there is none. */
    @Nullable
    Target find(long idHash) {
        int at = (int) idHash & mask;
        Target target = places[at];
        while (target != null && target.idHash() != idHash) {
            at = (at + 1) & mask;
            target = places[at];
        }
        return target;
    }

    /** Reads what {@link Target#session()} writes, without allocating; 0 for anything else. */
    static long parse(@Nullable CharSequence text) {
        if (text == null || text.length() != 16) {
            return 0;
        }
        long value = 0;
        for (int i = 0; i < 16; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return 0;
            }
            value = (value << 4) | digit;
        }
        return value;
    }
}
