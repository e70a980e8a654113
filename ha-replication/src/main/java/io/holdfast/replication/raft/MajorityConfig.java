package io.holdfast.replication.raft;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A set of voters of which a majority decides.
 *
 * @param ids the voters' ids, sorted, so that every node goes through them in the same order
 */
public record MajorityConfig(List<String> ids) {

    /** Sorts, and refuses an empty or ambiguous set. */
    public MajorityConfig {
        ids = ids.stream().sorted().toList();
        if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
            throw new IllegalArgumentException("voters must be at least one, each named once: " + ids);
        }
    }

    /** True if {@code id} has a vote. */
    public boolean contains(String id) {
        return ids.contains(id);
    }

    /** How many are a majority. */
    public int quorum() {
        return ids.size() / 2 + 1;
    }

    /** True if a majority satisfies {@code yes}. */
    public boolean won(Predicate<String> yes) {
        return ids.stream().filter(yes).count() >= quorum();
    }

    /** The largest value that a majority has reached. */
    public long reached(ToLongFunction<String> value) {
        long[] values = new long[ids.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.applyAsLong(ids.get(i));
        }
        Arrays.sort(values);
        return values[values.length - quorum()];
    }
}
