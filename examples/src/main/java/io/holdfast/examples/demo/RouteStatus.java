package io.holdfast.examples.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.holdfast.examples.demo.DeathWatch.Death;
import io.holdfast.examples.demo.FeedStatus.Gap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the process of the callers says of itself ten times a second, one JSON object a line.
 *
 * @param calls what became of the calls
 * @param requests how many requests were sent to each node: a call may take several
 * @param gaps how long all writers together waited around each kill
 * @param deaths what was sent to nodes that were dead
 * @param perSecond calls that were acknowledged in the last second
 * @param finished true when every call has an outcome and both ledgers are closed
 */
record RouteStatus(
        Map<RouteCall, Calls> calls,
        Map<String, Long> requests,
        List<Gap> gaps,
        List<Death> deaths,
        long perSecond,
        boolean finished) {

    /**
     * Calls of one kind.
     *
     * @param begun how many
     * @param acknowledged answered, and rightly
     * @param refused certainly without effect
     * @param unknown with or without
     * @param wrong answered otherwise than they may be
     * @param longestMicros how long a caller waited at the most, all tries of a call together
     * @param servedBy of the acknowledged ones, who answered
     */
    record Calls(
            long begun,
            long acknowledged,
            long refused,
            long unknown,
            long wrong,
            long longestMicros,
            Map<String, Long> servedBy) {
        static final Calls NONE = new Calls(0, 0, 0, 0, 0, 0, Map.of());

        /** All that were not acknowledged. */
        @JsonIgnore
        long notAcknowledged() {
            return refused + unknown + wrong;
        }

        /** True if each has an outcome. */
        @JsonIgnore
        boolean areOver() {
            return begun == acknowledged + notAcknowledged();
        }
    }

    static RouteStatus nothingYet() {
        return new RouteStatus(Map.of(), Map.of(), List.of(), List.of(), 0, false);
    }

    /** Those of one kind. */
    Calls of(RouteCall call) {
        return calls.getOrDefault(call, Calls.NONE);
    }

    @JsonIgnore
    long acknowledged() {
        return calls.values().stream().mapToLong(Calls::acknowledged).sum();
    }

    /** For people: how many calls of each kind were acknowledged, and how many were not. */
    String inWords() {
        List<String> words = new ArrayList<>();
        for (RouteCall call : RouteCall.values()) {
            Calls of = of(call);
            String others = of.notAcknowledged() == 0 ? "" : " and " + of.notAcknowledged() + " not";
            words.add(call.plural() + " " + VerdictTable.grouped(of.acknowledged()) + others);
        }
        return String.join(", ", words);
    }
}
