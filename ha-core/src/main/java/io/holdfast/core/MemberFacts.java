package io.holdfast.core;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the running parts of a node say of it to the others: what changes while it runs, in contrast to what {@link Node}
 * says. Small, since it travels with gossip: all of a member's data together are at most some hundred bytes. Immutable.
 *
 * @param role what the node is to the replicated log; null if it has none
 * @param load numbers by name, such as {@code cpu} (0 to 1); at most {@value #MOST_LOADS}, of names of at most 32 letters
 * @param capabilities what it can do that others may have to know, such as the versions of formats it reads; at most
 *     {@value #MOST_CAPABILITIES}, of at most 32 letters each
 * @param health how the node is, as {@link HaCluster#health()} says there
 * @param draining true if it asks for no new requests, see {@link HaCluster#drain}
 */
public record MemberFacts(
        @Nullable ReplicaRole role,
        SortedMap<String, Double> load,
        SortedSet<String> capabilities,
        Health health,
        boolean draining) {
    /** How many numbers of load a node may tell. */
    public static final int MOST_LOADS = 16;
    /** How many capabilities a node may tell. */
    public static final int MOST_CAPABILITIES = 16;

    /** Of a node that has said nothing. */
    public static final MemberFacts NONE = new MemberFacts(null, Map.of(), Set.of(), Health.UP, false);

    private static final String WORD = "[A-Za-z0-9._-]{1,32}";

    /** Checks names and bounds. */
    public MemberFacts {
        if (load.size() > MOST_LOADS || capabilities.size() > MOST_CAPABILITIES) {
            throw new IllegalArgumentException(load.size() + " numbers of load and " + capabilities.size()
                    + " capabilities; at most " + MOST_LOADS + " and " + MOST_CAPABILITIES + " travel with gossip");
        }
        load.keySet().forEach(MemberFacts::check);
        capabilities.forEach(MemberFacts::check);
        load = Collections.unmodifiableSortedMap(new TreeMap<>(load));
        capabilities = Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
    }

    /** The same from maps and sets of any kind. */
    public MemberFacts(
            @Nullable ReplicaRole role,
            Map<String, Double> load,
            Set<String> capabilities,
            Health health,
            boolean draining) {
        this(role, new TreeMap<>(load), new TreeSet<>(capabilities), health, draining);
    }

    private static void check(String word) {
        if (!word.matches(WORD)) {
            throw new IllegalArgumentException(
                    "\"" + word + "\" is not allowed; use 1 to 32 letters, digits, dots, hyphens and underscores");
        }
    }

    /** With another role. */
    public MemberFacts withRole(@Nullable ReplicaRole is) {
        return new MemberFacts(is, load, capabilities, health, draining);
    }

    /** With one number of load set. */
    public MemberFacts withLoad(String name, double value) {
        SortedMap<String, Double> more = new TreeMap<>(load);
        more.put(name, value);
        return new MemberFacts(role, more, capabilities, health, draining);
    }

    /** With one capability more. */
    public MemberFacts withCapability(String name) {
        SortedSet<String> more = new TreeSet<>(capabilities);
        more.add(name);
        return new MemberFacts(role, load, more, health, draining);
    }

    /** With another health. */
    public MemberFacts withHealth(Health is) {
        return new MemberFacts(role, load, capabilities, is, draining);
    }

    /** Asking for no new requests, or not any more. */
    public MemberFacts withDraining(boolean is) {
        return new MemberFacts(role, load, capabilities, health, is);
    }
}
