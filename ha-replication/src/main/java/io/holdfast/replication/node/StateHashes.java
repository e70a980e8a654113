package io.holdfast.replication.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares the hashes of the voters' states at the same indexes. A state that differs is wrong for ever, and so is every
 * answer that comes of it: the node that is alone with its opinion, against a majority that agrees, has to stop.
 * Deterministic; on the loop.
 */
final class StateHashes {
    /** How many indexes are remembered: a slow node's hash comes late. */
    private static final int REMEMBERED = 64;

    /**
     * What is wrong.
     *
     * @param index at which the states differ
     * @param others who agree with each other and not with this node
     * @param alone true if those are a majority of the voters
     */
    record Difference(long index, TreeSet<String> others, boolean alone) {}

    private final String self;
    private final int voters;
    private final TreeMap<Long, Map<String, Long>> byIndex = new TreeMap<>();
    private long reportedIndex;

    StateHashes(String self, int voters) {
        this.self = self;
        this.voters = voters;
    }

    /** A node's hash, this one's or another's. What is wrong is told once for each index, and again if it is worse. */
    Optional<Difference> hashed(String node, long index, long hash) {
        Map<String, Long> hashes = byIndex.computeIfAbsent(index, i -> new HashMap<>());
        hashes.put(node, hash);
        while (byIndex.size() > REMEMBERED) {
            byIndex.pollFirstEntry();
        }
        Long own = hashes.get(self);
        if (own == null) {
            return Optional.empty();
        }
        Map<Long, TreeSet<String>> camps = new TreeMap<>();
        hashes.forEach((each, its) -> {
            if (!its.equals(own)) {
                camps.computeIfAbsent(its, h -> new TreeSet<>()).add(each);
            }
        });
        Optional<TreeSet<String>> largest = camps.values().stream().max((a, b) -> Integer.compare(a.size(), b.size()));
        if (largest.isEmpty()) {
            return Optional.empty();
        }
        boolean alone = largest.get().size() > voters / 2;
        if (!alone && reportedIndex == index) {
            return Optional.empty();
        }
        reportedIndex = index;
        return Optional.of(new Difference(index, largest.get(), alone));
    }
}
