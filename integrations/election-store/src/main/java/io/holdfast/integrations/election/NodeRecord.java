package io.holdfast.integrations.election;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a running node says of itself under {@code node/<incarnation>}; written again and again while it runs.
 *
 * @param address where it is reached; null if it does not say
 * @param beat one more with each writing
 * @param leaseMillis for how long what it holds is its own after a writing
 * @param driftMillis what others wait beyond that
 * @param roles what it stands for
 */
record NodeRecord(
        String node,
        @Nullable Address address,
        long beat,
        long leaseMillis,
        long driftMillis,
        Health health,
        SortedMap<String, Bid> roles) {

    /**
     * How it stands for a role.
     *
     * @param paused it would rather not have it now
     */
    record Bid(int priority, boolean paused) {}
}
