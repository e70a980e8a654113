package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Instance;
import org.jspecify.annotations.Nullable;

/**
 * A node and how far it is.
 *
 * @param node its id
 * @param stage how far
 * @param instance what the target says; null if it knows nothing of it, as of nodes that others started
 * @param sighting what the membership says; null if it knows nothing of it
 */
public record Standing(
        String node,
        Stage stage,
        @Nullable Instance instance,
        @Nullable Sighting sighting) {

    /** True if the target can stop it. */
    public boolean isManaged() {
        return instance != null;
    }

    boolean hasVote() {
        return sighting != null && sighting.hasVote();
    }
}
