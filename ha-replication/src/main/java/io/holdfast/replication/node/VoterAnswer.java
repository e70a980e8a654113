package io.holdfast.replication.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a node says to a wish for other voters; as data, since nodes and scripts read it.
 *
 * @param detail for people
 * @param voters who votes by now
 * @param index where that is in the log
 */
record VoterAnswer(Outcome outcome, String detail, List<String> voters, long index) {
    enum Outcome {
        /** It is decided. */
        DONE,
        /** Nothing had to be done. */
        ALREADY,
        /** A dry run: it would begin now. */
        POSSIBLE,
        /** It could not begin in time; nothing has changed. */
        NOT_YET,
        /** The cluster would not survive it. Nothing has changed. */
        REFUSED,
        /** It has begun, and whether it was decided is not known. */
        UNKNOWN,
        /** Another node is the one to ask, now or soon. */
        ELSEWHERE
    }

    VoterAnswer {
        voters = List.copyOf(voters);
    }

    static VoterAnswer elsewhere(String why) {
        return new VoterAnswer(Outcome.ELSEWHERE, why, List.of(), 0);
    }

    /** As it is to be taken where a master was asked before that did not answer, and may have begun it. */
    VoterAnswer afterAnother() {
        return switch (outcome) {
            case ALREADY -> new VoterAnswer(Outcome.DONE, detail, voters, index);
            case NOT_YET -> new VoterAnswer(Outcome.UNKNOWN, detail, voters, index);
            default -> this;
        };
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("outcome", outcome.name());
        map.put("detail", detail);
        map.put("voters", voters);
        map.put("index", index);
        return map;
    }

    /** @throws IllegalArgumentException if it is none of this release's */
    static VoterAnswer of(Map<String, Object> map) {
        List<String> voters = new ArrayList<>();
        if (map.get("voters") instanceof List<?> list) {
            list.forEach(each -> voters.add(String.valueOf(each)));
        }
        long index = map.get("index") instanceof Number number ? number.longValue() : 0;
        return new VoterAnswer(
                Outcome.valueOf(Objects.toString(map.get("outcome"), "")),
                Objects.toString(map.get("detail"), ""),
                voters,
                index);
    }
}
