package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.VoterList.Member;
import io.holdfast.replication.VoterList.State;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** A list of voters as data, since nodes and scripts read it. */
final class VoterLists {
    private VoterLists() {}

    /** What each node with its disk is to the log, voters first. */
    static Map<Voter, State> states(Configuration now) {
        Map<Voter, State> states = new LinkedHashMap<>();
        now.voters().forEach(voter -> states.put(voter, State.VOTER));
        now.outgoing().forEach(voter -> states.putIfAbsent(voter, State.LEAVING));
        now.learners().forEach(voter -> states.putIfAbsent(voter, voter.isVacant() ? State.EXPECTED : State.RETURNING));
        now.standby().forEach(voter -> states.putIfAbsent(voter, State.LEARNER));
        return states;
    }

    /** What a node knew that runs no more, or does not get to asking: who there is, and nothing of how each is. */
    static VoterList of(Situation s) {
        List<Member> members = new ArrayList<>();
        states(s.configuration())
                .forEach((voter, state) -> members.add(new Member(
                        voter.nodeId(),
                        voter.isVacant() ? "" : voter.diskId().toString(),
                        s.addressOf(voter),
                        state,
                        -1,
                        -1,
                        false,
                        false)));
        return new VoterList(
                s.node(),
                s.configurationIndex(),
                s.configuration().isJoint(),
                s.configuration().votersWanted(),
                members);
    }

    static Map<String, Object> toMap(VoterList list) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("by", list.by());
        map.put("index", list.index());
        map.put("changing", list.changing());
        map.put("wanted", list.wanted());
        List<Map<String, Object>> members = new ArrayList<>();
        for (Member member : list.members()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("node", member.nodeId());
            each.put("disk", member.diskId());
            each.put("address", member.address().toString());
            each.put("state", member.state().name());
            each.put("matchIndex", member.matchIndex());
            each.put("lag", member.lag());
            each.put("reachable", member.reachable());
            each.put("caughtUp", member.caughtUp());
            members.add(each);
        }
        map.put("members", members);
        return map;
    }

    /** @throws IllegalArgumentException if it is none of this release's */
    static VoterList of(Map<String, Object> map) {
        List<Member> members = new ArrayList<>();
        if (map.get("members") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> member) {
                    members.add(member(member));
                }
            }
        }
        return new VoterList(
                text(map, "by"),
                number(map, "index"),
                isTrue(map, "changing"),
                (int) Math.max(0, Math.min(Integer.MAX_VALUE, number(map, "wanted"))),
                members);
    }

    /** As that says, or this node's own where it is of another release. */
    static VoterList ofOr(Map<String, Object> map, Supplier<VoterList> own) {
        try {
            return of(map);
        } catch (IllegalArgumentException e) {
            return own.get();
        }
    }

    private static Member member(Map<?, ?> map) {
        return new Member(
                text(map, "node"),
                text(map, "disk"),
                Address.parse(text(map, "address")),
                State.valueOf(text(map, "state")),
                number(map, "matchIndex"),
                number(map, "lag"),
                isTrue(map, "reachable"),
                isTrue(map, "caughtUp"));
    }

    private static String text(Map<?, ?> map, String name) {
        return Objects.toString(map.get(name), "");
    }

    private static boolean isTrue(Map<?, ?> map, String name) {
        return Boolean.TRUE.equals(map.get(name));
    }

    private static long number(Map<?, ?> map, String name) {
        return map.get(name) instanceof Number number ? number.longValue() : -1;
    }
}
