package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says which server is the master by what all of them say. A promotion begins a timeline of a higher number, so of two that take
 * writes the one of the later timeline is it, and the other one of old that came back. Two of one timeline have been promoted apart
 * from each other, and nobody can tell which of them is right: who was announced before stays, and without one nobody is. Whoever was
 * announced is no longer once a standby knows a later timeline, also while nobody of that is heard.
 *
 * @param master who is announced; null for nobody
 * @param latest the latest timeline that was ever seen
 * @param strays who takes writes on an earlier timeline than the latest, and, while there is a master, on the same one: nothing is to be
 *     read there either
 * @param problem what an operator has to see to; empty if there is nothing
 */
record MasterRule(@Nullable RoleHolder master, long latest, SortedSet<String> strays, String problem) {
    static final MasterRule BEGINNING = new MasterRule(null, 0, Collections.emptySortedSet(), "");

    /**
     * Judges anew.
     *
     * @param states of those that answered last time they were asked, by id
     */
    MasterRule next(SortedMap<String, ServerState> states) {
        long now = latest;
        for (ServerState each : states.values()) {
            now = Math.max(now, each.timeline());
        }
        List<String> masters = new ArrayList<>();
        List<String> old = new ArrayList<>();
        for (Map.Entry<String, ServerState> each : states.entrySet()) {
            if (!each.getValue().standby()) {
                (each.getValue().timeline() == now ? masters : old).add(each.getKey());
            }
        }
        RoleHolder known = master != null && master.token().value() == now ? master : null;
        if (known == null && masters.size() == 1) {
            RoleHolder next = new RoleHolder(masters.get(0), new FencingToken(now));
            return new MasterRule(next, now, new TreeSet<>(old), problemOf(old, now));
        }
        SortedSet<String> others = new TreeSet<>(old); // also while nobody of the latest timeline is heard
        if (known != null) {
            others.addAll(masters);
            others.remove(known.nodeId());
        }
        if (known != null && !masters.contains(known.nodeId())) {
            masters.add(known.nodeId()); // it may be out of reach, and is the master all the same
        }
        String apart = masters.size() < 2
                ? problemOf(old, now)
                : masters + " were promoted apart from each other, each to timeline " + now
                        + ": rebuild all but one from that one";
        return new MasterRule(known, now, others, apart);
    }

    private static String problemOf(List<String> old, long now) {
        return old.isEmpty()
                ? ""
                : old + " take writes on an earlier timeline than " + now + ": make them standbys, or stop them";
    }
}
