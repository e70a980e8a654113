package io.holdfast.replication.node;

import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Raft;
import io.holdfast.replication.raft.ShapeChange;
import io.holdfast.replication.raft.VoterPlan.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far an upgrade has come, as data, since nodes and scripts read it. */
final class UpgradeReport {
    private UpgradeReport() {}

    /** As a master knows it. On the loop. */
    static Map<String, Object> of(Raft raft) {
        Map<String, Integer> told = raft.levels();
        Verdict verdict = raft.plan(ShapeChange.raise());
        VoterAnswer.Outcome outcome =
                switch (verdict.decision()) {
                    case BEGIN -> VoterAnswer.Outcome.POSSIBLE;
                    case DONE -> VoterAnswer.Outcome.ALREADY;
                    case REFUSED -> VoterAnswer.Outcome.REFUSED;
                    case WAIT, GIVE_WAY -> VoterAnswer.Outcome.NOT_YET;
                };
        return map(Voter.nodeOf(raft.self()), raft.configuration(), told, outcome, verdict.reason());
    }

    /** As a node knows it that is not the master, or has none: the log's level, and of the others nothing. */
    static Map<String, Object> unknown(Situation s) {
        return map(
                s.node(),
                s.configuration(),
                Map.of(s.self(), s.supports()),
                VoterAnswer.Outcome.NOT_YET,
                "what the other nodes support a master knows, and none answers " + s.node());
    }

    private static Map<String, Object> map(
            String by,
            Configuration configuration,
            Map<String, Integer> told,
            VoterAnswer.Outcome outcome,
            String detail) {
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (Voter member : configuration.members()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("node", member.nodeId());
            each.put("supports", told.getOrDefault(member.id(), 0));
            nodes.add(each);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("by", by);
        map.put("level", configuration.level());
        map.put("common", common(configuration, told));
        map.put("outcome", outcome.name());
        map.put("detail", detail);
        map.put("nodes", nodes);
        return map;
    }

    /** The highest that all members support; 0 while it is not known of one of them. */
    static int common(Configuration configuration, Map<String, Integer> told) {
        return configuration.members().stream()
                .mapToInt(member -> told.getOrDefault(member.id(), 0))
                .min()
                .orElse(0);
    }
}
