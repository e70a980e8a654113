package io.holdfast.integrations.election;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's own record: under a key of its own for each run, so that one that lives on somewhere is never taken for another.
 * Writing it is what renews everything that the node holds; whether it was written in time is counted from before that request.
 */
final class OwnRecord {
    private final String node;
    private final ElectionTiming timing;
    private final RecordJson json;
    private final RandomGenerator random;
    private final long leaseNanos;

    private @Nullable Address address;
    private String incarnation;
    private long version;
    private long beat;
    private boolean leased;
    private long validUntilNanos;
    private boolean soon;
    private long nextNanos;
    private @Nullable NodeRecord written;

    OwnRecord(String node, ElectionTiming timing, RecordJson json, RandomGenerator random) {
        this.node = node;
        this.timing = timing;
        this.json = json;
        this.random = random;
        this.leaseNanos = timing.lease().toNanos();
        this.incarnation = newIncarnation();
    }

    private String newIncarnation() {
        return node + "-" + Long.toHexString(random.nextLong() | Long.MIN_VALUE);
    }

    /** Where the node is reached. */
    void address(Address now) {
        address = now;
        soon = true;
    }

    String incarnation() {
        return incarnation;
    }

    boolean isThere() {
        return version > 0;
    }

    boolean isValid(long nowNanos) {
        return leased && version > 0 && nowNanos - validUntilNanos < 0;
    }

    long validUntilNanos() {
        return validUntilNanos;
    }

    /** Something in it has to be told to the others. */
    void changed() {
        soon = true;
    }

    boolean isDue(long nowNanos) {
        return soon || version == 0 || nowNanos - nextNanos >= 0;
    }

    long nextNanos() {
        return nextNanos;
    }

    /** To be written next. */
    Change.Put put(Health health, SortedMap<String, NodeRecord.Bid> roles) {
        NodeRecord next = new NodeRecord(
                node,
                address,
                beat + 1,
                timing.lease().toMillis(),
                timing.clockDrift().toMillis(),
                health,
                new TreeMap<>(roles));
        written = next;
        soon = false;
        return new Change.Put(RecordStore.NODES + incarnation, version, json.write(next));
    }

    Change.Delete delete() {
        return new Change.Delete(RecordStore.NODES + incarnation, version);
    }

    /** What {@link #put} said last is confirmed. */
    void confirmed(long startedNanos) {
        version++;
        beat++;
        leased = true;
        validUntilNanos = startedNanos + leaseNanos;
        long quarter = leaseNanos / 4;
        nextNanos = startedNanos + quarter - random.nextLong(quarter / 5);
    }

    /** What {@link #put} said last may or may not have been written. */
    void unconfirmed() {
        soon = true;
    }

    /** It was written although that was not confirmed: written again it is sure. */
    void adopt(long seenVersion) {
        version = seenVersion;
        beat = Math.max(beat, seenVersion);
        soon = true;
    }

    long version() {
        return version;
    }

    /** The bid for a role in what was written last. */
    boolean saysOf(String role) {
        NodeRecord last = written;
        return last != null && version > 0 && last.roles().containsKey(role);
    }

    /** The record is gone: the node begins anew, under another key. */
    void lost() {
        incarnation = newIncarnation();
        version = 0;
        leased = false;
        soon = true;
    }

    /** It has been taken away by this node itself. */
    void left() {
        version = 0;
        leased = false;
    }
}
