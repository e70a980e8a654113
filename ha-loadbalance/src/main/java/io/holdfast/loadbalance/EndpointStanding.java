package io.holdfast.loadbalance;

import java.util.List;
import java.util.Map;

/**
 * How a balancer sees an endpoint, and why.
 *
 * @param endpoint which
 * @param share what part of new requests without a key, or of keys, goes to it, 0 to 1, before the algorithm looks at latency and
 *     requests in flight; 0 for nothing
 * @param reasons why it is so, the weightiest first, each with numbers for people
 * @param inFlight requests of this balancer on their way to it
 * @param latencyNanos the latency that is expected of it; 0 if unknown
 * @param successes requests that ended well since it is known
 * @param failures requests that ended badly since it is known
 * @param failuresInARow since the last success
 */
public record EndpointStanding(
        Endpoint endpoint,
        double share,
        List<Because> reasons,
        int inFlight,
        long latencyNanos,
        long successes,
        long failures,
        int failuresInARow) {
    /** A copy of its own. */
    public EndpointStanding {
        reasons = List.copyOf(reasons);
    }

    /**
     * A reason.
     *
     * @param reason the word
     * @param detail for people, with numbers; may be empty
     */
    public record Because(Reason reason, String detail) {}

    /** Whether that is among the reasons. */
    public boolean is(Reason reason) {
        return reasons.stream().anyMatch(because -> because.reason() == reason);
    }

    /** As data, for the status of a node: names to strings and numbers. */
    public Map<String, Object> asMap() {
        return Map.of(
                "id",
                endpoint.id(),
                "uri",
                endpoint.uri().toString(),
                "share",
                share,
                "reasons",
                reasons.stream()
                        .map(because ->
                                because.reason().name() + (because.detail().isEmpty() ? "" : ": " + because.detail()))
                        .toList(),
                "inFlight",
                inFlight,
                "latencyMicros",
                latencyNanos / 1_000,
                "successes",
                successes,
                "failures",
                failures);
    }
}
