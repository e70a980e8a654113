package io.holdfast.integrations.election;

import org.jspecify.annotations.Nullable;

/**
 * A record of a node, and since when it has been seen unchanged: times are those at which an answer was looked at, which is
 * never before what they stand for.
 */
final class SeenNode {
    final String incarnation;
    private final long longestNanos;
    private StoredRecord stored;
    private @Nullable NodeRecord record;
    private long movedNanos;
    private long settledNanos;
    private boolean moves;

    /** @param longestNanos how long one that cannot be read is taken to live */
    SeenNode(String incarnation, StoredRecord stored, @Nullable NodeRecord record, long longestNanos, long nowNanos) {
        this.incarnation = incarnation;
        this.longestNanos = longestNanos;
        this.stored = stored;
        this.record = record;
        this.movedNanos = nowNanos;
        this.settledNanos = nowNanos;
    }

    void see(StoredRecord seen, @Nullable NodeRecord content, long nowNanos) {
        if (seen.equals(stored)) {
            return;
        }
        NodeRecord before = record;
        boolean same = before != null
                && content != null
                && before.health() == content.health()
                && before.roles().equals(content.roles());
        stored = seen;
        record = content;
        movedNanos = nowNanos;
        moves = true;
        settledNanos = same ? settledNanos : nowNanos;
    }

    long version() {
        return stored.version();
    }

    @Nullable
    NodeRecord record() {
        return record;
    }

    /** When whatever it held has certainly ended, save what its callbacks may take. */
    long expiresNanos() {
        NodeRecord content = record;
        return movedNanos
                + (content == null ? longestNanos : (content.leaseMillis() + content.driftMillis()) * 1_000_000L);
    }

    /** True if it has written lately: it does so four times in each lease. */
    boolean isAwake(long nowNanos) {
        return record != null && nowNanos - awakeUntilNanos() < 0;
    }

    long awakeUntilNanos() {
        NodeRecord content = record;
        return movedNanos + (content == null ? 0 : content.leaseMillis() * 600_000L);
    }

    /** True if it was seen to write, and not only what it had written: that may have been long before. */
    boolean moves() {
        return moves;
    }

    /** When it was seen to write last. */
    long movedNanos() {
        return movedNanos;
    }

    long settledFor(long nowNanos) {
        return nowNanos - settledNanos;
    }
}
