package io.holdfast.integrations.election;

import org.jspecify.annotations.Nullable;

/** A role's record as it was last seen, and when the role was or will be free as far as that tells. */
final class SeenRole {
    /** Never, as far as is known. */
    static final long NEVER = Long.MAX_VALUE;

    final long version;
    final @Nullable RoleRecord record;
    /** On the monotonic clock; {@link #NEVER} while the holder lives, or the record cannot be read. */
    private long freeNanos;

    SeenRole(long version, @Nullable RoleRecord record, long freeNanos) {
        this.version = version;
        this.record = record;
        this.freeNanos = freeNanos;
    }

    long freeNanos() {
        return freeNanos;
    }

    boolean isFree(long nowNanos) {
        return freeNanos != NEVER && nowNanos - freeNanos >= 0;
    }

    /** The record, if it says that this run of a node holds the role. */
    @Nullable
    RoleRecord heldBy(String incarnation) {
        return record != null && record.held() && record.incarnation().equals(incarnation) ? record : null;
    }

    /** The holder's record is there. */
    void holderSeen() {
        freeNanos = NEVER;
    }

    /**
     * The holder's record is not there: its grants had ended when it was taken away.
     *
     * @param stopNanos what its callbacks may take
     */
    void holderMissed(long nowNanos, long stopNanos) {
        if (freeNanos == NEVER) {
            freeNanos = nowNanos + stopNanos;
        }
    }
}
