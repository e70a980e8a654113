package io.holdfast.integrations.election;

import io.holdfast.core.FencingToken;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node knew of the elections when it looked last, for operators: a copy that does not change. Times are on the node's
 * monotonic clock.
 *
 * @param incarnation which run of that node
 * @param everRead false until the records have been read once; then nothing else is known
 * @param validUntilNanos when this node's grants end, unless they are renewed
 * @param stands what this node stands for
 * @param runs the nodes that have a record, this one among them once it has written; of one that has been started anew more
 *     than one for a while
 * @param roles the roles that have had a holder
 * @param complaint why this node takes nothing, for people; empty if it does
 */
record ElectionView(
        String node,
        String incarnation,
        boolean everRead,
        long validUntilNanos,
        SortedMap<String, Stand> stands,
        List<Run> runs,
        SortedMap<String, Held> roles,
        String complaint) {

    /**
     * This node's standing for a role.
     *
     * @param granted the token of its grant; null if it has none
     * @param paused it has given the role up, and would rather not have it now
     */
    record Stand(@Nullable FencingToken granted, boolean paused) {}

    /**
     * A run of a node.
     *
     * @param moves whether it was seen to write, and not only what it had written, perhaps long before
     * @param movedNanos when it was seen to write last
     * @param awakeUntilNanos until when it is taken to live without having written again
     * @param expiresNanos when whatever it holds has certainly ended, and it counts as gone
     */
    record Run(
            String incarnation,
            NodeRecord record,
            boolean moves,
            long movedNanos,
            long awakeUntilNanos,
            long expiresNanos) {
        String node() {
            return record.node();
        }

        boolean isAwake(long nowNanos) {
            return nowNanos - awakeUntilNanos < 0;
        }
    }

    /**
     * A role.
     *
     * @param record null if it cannot be read
     * @param live the holder's run is not gone as far as is known
     * @param freeNanos when it was or will be free; {@link SeenRole#NEVER} while that cannot be told
     */
    record Held(@Nullable RoleRecord record, boolean live, long freeNanos) {}

    /** Of each node the run that wrote last, by node. */
    SortedMap<String, Run> latest() {
        SortedMap<String, Run> latest = new TreeMap<>();
        for (Run run : runs) {
            latest.merge(run.node(), run, (a, b) -> a.movedNanos() - b.movedNanos() >= 0 ? a : b);
        }
        return latest;
    }

    /** The run that a role's record names; null if it has none that can be read. */
    @Nullable
    Run run(String named) {
        for (Run run : runs) {
            if (run.incarnation().equals(named)) {
                return run;
            }
        }
        return null;
    }

    /** Who holds the role as far as the store says; null for nobody. */
    @Nullable
    RoleRecord holder(String role) {
        Held held = roles.get(role);
        return held == null || !held.live() ? null : held.record();
    }
}
