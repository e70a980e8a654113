package io.holdfast.replication.structures;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last changes of all maps, in the order of the log, as many as fit. What is older is forgotten, whoever may still want
 * it: nobody who is slow costs a node more than this. For one thread.
 */
public final class ChangeRing implements MapChanges {
    /** How many changes are kept. */
    public static final int MAX_CHANGES = 65_536;
    /** How many bytes they have together, with 64 bytes for each beside its key and value; but one is always kept. */
    public static final long MAX_BYTES = 16L << 20;

    private final int maxChanges;
    private final long maxBytes;
    private @Nullable MapChange[] ring = new MapChange[1_024];
    private int head;
    private int size;
    private long bytes;
    private long after;

    /** Holds nothing, and knows all that comes after index 0. */
    public ChangeRing() {
        this(MAX_CHANGES, MAX_BYTES);
    }

    ChangeRing(int maxChanges, long maxBytes) {
        this.maxChanges = maxChanges;
        this.maxBytes = maxBytes;
    }

    /** Every change of an entry with a higher index than this is kept. */
    public long after() {
        return after;
    }

    /** The index of the newest change; 0 if there is none. */
    public long newestIndex() {
        return size == 0 ? 0 : get(size - 1).index();
    }

    @Override
    public void changed(MapChange change) {
        if (size == ring.length) {
            grow();
        }
        ring[(head + size++) & (ring.length - 1)] = change;
        bytes += change.bytes();
        while (size > maxChanges || (size > 1 && bytes > maxBytes)) {
            MapChange oldest = get(0);
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            size--;
            bytes -= oldest.bytes();
            after = oldest.index(); // if only some of an entry's changes are left, the entry counts as forgotten
        }
    }

    private void grow() {
        @Nullable MapChange[] larger = new MapChange[2 * ring.length];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        ring = larger;
        head = 0;
    }

    /** The state was taken from elsewhere: nothing up to that index is known. */
    public void startAfter(long index) {
        ring = new MapChange[1_024];
        head = 0;
        size = 0;
        bytes = 0;
        after = index;
    }

    int size() {
        return size;
    }

    /** The {@code i}th from the oldest on. */
    MapChange get(int i) {
        return Objects.requireNonNull(ring[(head + i) & (ring.length - 1)]);
    }

    /** The place of the first change whose index is not lower; the size if there is none. */
    int ceiling(long index) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).index() < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
