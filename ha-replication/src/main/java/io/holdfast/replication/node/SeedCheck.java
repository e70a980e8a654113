package io.holdfast.replication.node;

import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether the state that a node was seeded with is the master's: by the hashes of both after the same entry. The master says what its own are when it is
 * asked, after the entry that it has come to; this node has come to the same one, or will. What the hashes are of is decided by the entries alone, so
 * whichever entry it is, one that is equal speaks for all before it.
 *
 * <p>Deterministic; on the loop.
 */
final class SeedCheck {
    /** How many entries' hashes of each are remembered, more than there are batches between a question and its answer. */
    private static final int REMEMBERED = 1_024;
    /** A master that has not answered so many questions is of an earlier release, which knows none. */
    static final int MOST_ASKED = 20;

    /** What is known. */
    enum Outcome {
        /** Not yet. */
        OPEN,
        /** It is the master's. */
        SAME,
        /** It is not. */
        ANOTHER,
        /** This master does not say. */
        UNTOLD
    }

    private final long seededTo;
    private final TreeMap<Long, Map<Integer, Long>> own = new TreeMap<>();
    private final TreeMap<Long, Map<Integer, Long>> told = new TreeMap<>();
    private String asks = "";
    private int asked;
    private Outcome outcome = Outcome.OPEN;
    private long index;

    /** @param seededTo the seed's last entry: what was equal before it says nothing of what it has put there */
    SeedCheck(long seededTo) {
        this.seededTo = seededTo;
    }

    Outcome outcome() {
        return outcome;
    }

    /** After which entry both were compared. */
    long index() {
        return index;
    }

    /** The master is to be asked now: another one than before, or once more. */
    void ask(String master) {
        if (!master.equals(asks)) {
            asks = master;
            asked = 0;
        }
        asked++;
        if (outcome == Outcome.OPEN && asked > MOST_ASKED) {
            outcome = Outcome.UNTOLD;
        }
    }

    /** This node's own state after that entry. */
    void own(long at, SortedMap<Integer, Long> hashes) {
        own.put(at, hashes);
        forget(own);
        look(at);
    }

    /** A part of the master's. */
    void told(long at, int subject, long hash) {
        asked = 0;
        told.computeIfAbsent(at, any -> new TreeMap<>()).put(subject, hash);
        forget(told);
        look(at);
    }

    /** The newest are of use: this node goes on towards them. */
    private static void forget(NavigableMap<Long, Map<Integer, Long>> hashes) {
        while (hashes.size() > REMEMBERED) {
            hashes.pollFirstEntry();
        }
    }

    private void look(long at) {
        Map<Integer, Long> mine = own.get(at);
        Map<Integer, Long> masters = told.get(at);
        if (outcome != Outcome.OPEN || at < seededTo || mine == null || masters == null) {
            return;
        }
        boolean all = true;
        for (Map.Entry<Integer, Long> each : mine.entrySet()) {
            Long other = masters.get(each.getKey());
            all &= other != null;
            if (other != null && !other.equals(each.getValue())) {
                index = at;
                outcome = Outcome.ANOTHER;
                return;
            }
        }
        if (all) {
            index = at;
            outcome = Outcome.SAME;
        }
    }
}
