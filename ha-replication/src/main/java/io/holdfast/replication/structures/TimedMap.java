package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One map: its entries, and until when those are there that have a deadline, in masters' accumulated time. Nothing goes by
 * itself: whoever knows the time removes what is due. For one thread.
 */
final class TimedMap {
    /** Instead of a deadline: for ever. */
    static final long NO_DEADLINE = Long.MAX_VALUE;

    /** In the order in which entries go. */
    private record Due(long deadlineNanos, byte[] key) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(deadlineNanos, other.deadlineNanos);
            return byTime != 0 ? byTime : Arrays.compareUnsigned(key, other.key);
        }
    }

    private final ByteBuffer name;
    private final CowTree entries = new CowTree();
    /** Eight bytes for each key that has one: a tree, so that snapshots have it as cheaply as the entries. */
    private final CowTree deadlines = new CowTree();

    private final TreeSet<Due> due = new TreeSet<>();

    /** @param name is not changed by anybody */
    TimedMap(ByteBuffer name) {
        this.name = name;
    }

    ByteBuffer name() {
        return name;
    }

    CowTree entries() {
        return entries;
    }

    boolean isEmpty() {
        return entries.size() == 0;
    }

    byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    /** Sets a value and its deadline, whatever they were; returns the previous value. */
    byte @Nullable [] put(byte[] key, byte[] value, long deadlineNanos) {
        if (deadlineNanos != NO_DEADLINE) {
            byte[] before = deadlines.put(key, bytes(deadlineNanos));
            if (before != null) {
                due.remove(new Due(number(before), key));
            }
            due.add(new Due(deadlineNanos, key));
        } else {
            forgetDeadline(key);
        }
        return entries.put(key, value);
    }

    /** Removes a key with its deadline; returns its value. */
    byte @Nullable [] remove(byte[] key) {
        forgetDeadline(key);
        return entries.remove(key);
    }

    private void forgetDeadline(byte[] key) {
        if (!due.isEmpty()) { // most maps have none
            byte[] before = deadlines.remove(key);
            if (before != null) {
                due.remove(new Due(number(before), key));
            }
        }
    }

    /** The earliest deadline of all. */
    long earliestNanos() {
        return due.isEmpty() ? NO_DEADLINE : due.first().deadlineNanos();
    }

    /** Removes the entry that goes first, which must be there; returns its key. */
    byte[] removeEarliest() {
        byte[] key = due.first().key();
        remove(key);
        return key;
    }

    /** Tells maps apart that hold different entries or keep them until different times. */
    long contentHash() {
        return deadlines.size() == 0
                ? entries.contentHash()
                : EntryHash.mixed(entries.contentHash(), deadlines.contentHash());
    }

    Snapshot snapshot() {
        return new Snapshot(name.duplicate(), entries.snapshot(), deadlines.snapshot());
    }

    static byte[] bytes(long deadlineNanos) {
        return ByteBuffer.allocate(Long.BYTES).putLong(deadlineNanos).array();
    }

    static long number(byte[] deadline) {
        return ByteBuffer.wrap(deadline).getLong();
    }

    /** An immutable image of a map. Safe from any thread that got it safely. */
    record Snapshot(ByteBuffer name, CowTree.Snapshot entries, CowTree.Snapshot deadlines) {}
}
