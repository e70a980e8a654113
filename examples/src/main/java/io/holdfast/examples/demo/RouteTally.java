package io.holdfast.examples.demo;

import io.holdfast.examples.demo.RouteStatus.Calls;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What became of the calls, by their kinds and by who answered. Safe from any thread. */
final class RouteTally {
    /** How a call ended. */
    enum Outcome {
        /** It was answered, and rightly. */
        ACKNOWLEDGED,
        /** It had no effect, and will have none. */
        REFUSED,
        /** It had an effect, or not. */
        UNKNOWN,
        /** It was answered, and wrongly; as a read that misses the write before it. */
        WRONG
    }

    /** Calls of one kind. */
    private static final class Kind {
        private final Map<Outcome, Long> ended = new EnumMap<>(Outcome.class);
        private final Map<String, Long> servedBy = new LinkedHashMap<>();
        private long begun;
        private long longestNanos;

        long ended(Outcome outcome) {
            return ended.getOrDefault(outcome, 0L);
        }

        Calls calls() {
            return new Calls(
                    begun,
                    ended(Outcome.ACKNOWLEDGED),
                    ended(Outcome.REFUSED),
                    ended(Outcome.UNKNOWN),
                    ended(Outcome.WRONG),
                    longestNanos / 1_000,
                    new LinkedHashMap<>(servedBy));
        }
    }

    private final Map<RouteCall, Kind> kinds = new EnumMap<>(RouteCall.class);

    private Kind of(RouteCall call) {
        return kinds.computeIfAbsent(call, any -> new Kind());
    }

    /** A caller begins one. */
    synchronized void began(RouteCall call) {
        of(call).begun++;
    }

    /**
     * It has an outcome.
     *
     * @param node who answered; empty if nobody did
     * @param nanos how long the caller waited, all tries together
     */
    synchronized void ended(RouteCall call, Outcome outcome, String node, long nanos) {
        Kind kind = of(call);
        kind.ended.merge(outcome, 1L, Long::sum);
        kind.longestNanos = Math.max(kind.longestNanos, nanos);
        if (outcome == Outcome.ACKNOWLEDGED) {
            kind.servedBy.merge(node, 1L, Long::sum);
        }
    }

    /** How many have been acknowledged. */
    synchronized long acknowledged() {
        return kinds.values().stream()
                .mapToLong(kind -> kind.ended(Outcome.ACKNOWLEDGED))
                .sum();
    }

    synchronized Map<RouteCall, Calls> calls() {
        Map<RouteCall, Calls> calls = new EnumMap<>(RouteCall.class);
        kinds.forEach((call, kind) -> calls.put(call, kind.calls()));
        return calls;
    }
}
