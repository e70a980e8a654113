package io.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/** Something that will happen at a virtual time. Events of one time happen in the order in which they were scheduled. */
final class ScheduledEvent implements Comparable<ScheduledEvent> {
    final EventKind kind;
    final @Nullable SimulatedRuntime owner;
    final Runnable task;
    boolean cancelled;
    private long atNanos;
    private long sequence;

    ScheduledEvent(long atNanos, long sequence, EventKind kind, @Nullable SimulatedRuntime owner, Runnable task) {
        this.atNanos = atNanos;
        this.sequence = sequence;
        this.kind = kind;
        this.owner = owner;
        this.task = task;
    }

    long atNanos() {
        return atNanos;
    }

    /** Only while it is in no queue. */
    void moveTo(long nanos, long behind) {
        atNanos = nanos;
        sequence = behind;
    }

    @Override
    public int compareTo(ScheduledEvent other) {
        int byTime = Long.compare(atNanos, other.atNanos);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
}
