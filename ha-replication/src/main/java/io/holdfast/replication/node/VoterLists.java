package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.VoterList.Member;
import io.holdfast.replication.VoterList.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A list of voters as data, since nodes and scripts read it. */
final class VoterLists {
    private VoterLists() {}

    static Map<String, Object> toMap(VoterList list) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("by", list.by());
        map.put("index", list.index());
        map.put("changing", list.changing());
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
        return new VoterList(text(map, "by"), number(map, "index"), isTrue(map, "changing"), members);
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
