package io.holdfast.replication.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the hashes of the voters' states at the same indexes. A state that differs is wrong for ever, and so is every
 * answer that comes of it: the node that is alone with its opinion, against a majority that agrees, has to stop.
 * Deterministic; on the loop.
 */
final class StateHashes {
    /** What a hash is of: the maps' content. */
    static final int MAPS = 1;
    /** What the user's machine has answered since the hash before. */
    static final int ANSWERS = 2;
    /** Who holds the named roles, and who stands for them. */
    static final int ROLES = 3;
    /** Who holds and awaits locks. */
    static final int LOCKS = 4;
    /** None: what the hashes of the state are is to be said by whoever hears that. Earlier releases pass it over. */
    static final int ASKED = 5;

    /** What is compared with each other. */
    private record Point(long index, int subject) implements Comparable<Point> {
        @Override
        public int compareTo(Point other) {
            int byIndex = Long.compare(index, other.index);
            return byIndex != 0 ? byIndex : Integer.compare(subject, other.subject);
        }
    }

    /** How many indexes are remembered: a slow node's hash comes late. */
    private static final int REMEMBERED = 64;

    /**
     * What is wrong.
     *
     * @param index at which the states differ
     * @param subject of which part
     * @param others who agree with each other and not with this node
     * @param alone true if those are a majority of the voters
     */
    record Difference(long index, int subject, TreeSet<String> others, boolean alone) {}

    private final String self;
    private final IntSupplier voters;
    private final TreeMap<Point, Map<String, Long>> byPoint = new TreeMap<>();
    private @Nullable Point reported;

    StateHashes(String self, IntSupplier voters) {
        this.self = self;
        this.voters = voters;
    }

    /** A node's hash, this one's or another's. What is wrong is told once for each index, and again if it is worse. */
    Optional<Difference> hashed(String node, long index, int subject, long hash) {
        Point point = new Point(index, subject);
        Map<String, Long> hashes = byPoint.computeIfAbsent(point, p -> new HashMap<>());
        hashes.put(node, hash);
        while (byPoint.size() > REMEMBERED) {
            byPoint.pollFirstEntry();
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
        boolean alone = largest.get().size() > voters.getAsInt() / 2;
        if (!alone && point.equals(reported)) {
            return Optional.empty();
        }
        reported = point;
        return Optional.of(new Difference(index, subject, largest.get(), alone));
    }
}
