package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.ReplicatedState;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which node can go at the least cost: rather one that does not serve yet, has no vote, makes no backup, stands where there are most, and
 * has the fewest requests. Never the master, save where the target can take no other: that hands over first, as a node that leaves does.
 */
final class Victims {
    /** A node further behind is nobody's heir. */
    private static final double MOST_LAG_SECONDS = 5;

    private static final String NOBODY_STARTED = "none of the nodes was started by the target, which so can stop none";

    /**
     * Who goes, and who gets its vote; or why nobody does.
     *
     * @param node empty if nobody can
     * @param heir empty if it has no vote
     * @param reason for people
     */
    record Choice(String node, String heir, String reason) {
        static Choice nobody(String reason) {
            return new Choice("", "", reason);
        }
    }

    private Victims() {}

    /** @param held nodes that were tried lately and could not go, with the reason */
    static Choice choose(
            Collection<Standing> all, Capabilities target, Map<String, String> held, String self, boolean hasLog) {
        Rules rules = new Rules(all, held, self, hasLog, target.removal() == Capabilities.Removal.HIGHEST_ORDINAL);
        if (target.removal() == Capabilities.Removal.HIGHEST_ORDINAL) {
            return highest(all).map(standing -> eligible(standing, rules)).orElse(Choice.nobody(NOBODY_STARTED));
        }
        List<Standing> managed = all.stream()
                .filter(s -> s.isManaged() && s.stage().hasPlace() && s.stage() != Stage.ORDERED)
                .toList();
        if (managed.isEmpty()) {
            return Choice.nobody(NOBODY_STARTED);
        }
        Map<String, Long> zones = all.stream()
                .filter(s -> s.stage().hasPlace())
                .collect(Collectors.groupingBy(Victims::zone, Collectors.counting()));
        Function<Standing, Long> crowd = s -> zones.getOrDefault(zone(s), 0L);
        List<Standing> cheapest = managed.stream()
                .sorted(Comparator.comparing((Standing s) -> serves(s))
                        .thenComparing(Standing::hasVote)
                        .thenComparing(Victims::makesBackup)
                        .thenComparing(crowd, Comparator.reverseOrder())
                        .thenComparingDouble(s -> load(s, Load.IN_FLIGHT))
                        .thenComparing(s -> -ordinal(s.node()))
                        .thenComparing(Standing::node, Comparator.reverseOrder()))
                .toList();
        Choice last = Choice.nobody("there is none");
        for (Standing candidate : cheapest) {
            last = eligible(candidate, rules);
            if (!last.node().isEmpty()) {
                return last;
            }
        }
        return last;
    }

    /** The one that such a target stops next, also if it does not come up or has left already: until it is stopped, no other is. */
    private static Optional<Standing> highest(Collection<Standing> all) {
        return all.stream()
                .filter(s -> s.instance() != null && s.instance().state() != Instance.State.STOPPING)
                .max(Comparator.comparingLong((Standing s) -> ordinal(s.node())).thenComparing(Standing::node));
    }

    /** True if the target would stop another one than that, which is about to be stopped. */
    static boolean isOvertaken(String node, Collection<Standing> all, Capabilities target) {
        return target.removal() == Capabilities.Removal.HIGHEST_ORDINAL
                && highest(all)
                        .filter(standing -> ordinal(standing.node()) > ordinal(node))
                        .isPresent();
    }

    /** True if one has left already, waited for others that were to be stopped before it, and nobody above it is of any use. */
    static boolean isLeftBehind(Collection<Standing> all, Capabilities target) {
        if (target.removal() != Capabilities.Removal.HIGHEST_ORDINAL) {
            return false;
        }
        long highestOfUse = all.stream()
                .filter(s -> s.isManaged() && (s.stage().hasPlace() || s.hasVote()))
                .mapToLong(s -> ordinal(s.node()))
                .max()
                .orElse(-1);
        return all.stream()
                .filter(s -> s.isManaged() && s.stage() == Stage.GONE && !s.hasVote())
                .filter(s -> s.instance() != null && s.instance().state() != Instance.State.STOPPING)
                .filter(s -> s.sighting() != null && s.sighting().state() == MemberState.LEFT)
                .anyMatch(s -> ordinal(s.node()) > highestOfUse);
    }

    /**
     * What else counts.
     *
     * @param hasLog true if nodes may have votes
     * @param noOther true if the target takes nobody else
     */
    private record Rules(
            Collection<Standing> all, Map<String, String> held, String self, boolean hasLog, boolean noOther) {}

    private static Choice eligible(Standing candidate, Rules rules) {
        String why = rules.held().get(candidate.node());
        if (why != null) {
            return Choice.nobody(candidate.node() + " could not go: " + why);
        }
        Sighting sighting = candidate.sighting();
        if (sighting != null && sighting.role() == ReplicaRole.MASTER && !rules.noOther()) {
            return Choice.nobody(candidate.node() + " is the master");
        }
        if (candidate.node().equals(rules.self()) && !rules.noOther()) {
            return Choice.nobody(candidate.node() + " is the one that decides");
        }
        if (sighting != null && sighting.drainsForOthers()) {
            return Choice.nobody(candidate.node() + " drains for somebody else's reasons");
        }
        if (rules.hasLog() && sighting != null && sighting.role() == null) {
            return Choice.nobody(candidate.node() + " has not said yet whether it votes");
        }
        if (!candidate.hasVote()) {
            return new Choice(candidate.node(), "", describe(candidate));
        }
        Optional<Standing> heir = rules.all().stream()
                .filter(s -> s.stage() == Stage.READY && !s.equals(candidate))
                .filter(s -> s.sighting() != null
                        && s.sighting().role() == ReplicaRole.LEARNER
                        && s.sighting().load(ReplicatedState.LAG, MOST_LAG_SECONDS) < MOST_LAG_SECONDS)
                .min(Comparator.comparing((Standing s) -> !zone(s).equals(zone(candidate)))
                        .thenComparing(s -> ordinal(s.node()))
                        .thenComparing(Standing::node));
        return heir.map(s -> new Choice(
                        candidate.node(), s.node(), describe(candidate) + ", and its vote goes to " + s.node()))
                .orElseGet(
                        () -> Choice.nobody(
                                candidate.node()
                                        + " votes, and no learner that has the log could vote instead; for fewer voters see `ha voters remove`"));
    }

    private static String describe(Standing chosen) {
        return chosen.node() + " costs the least: "
                + (serves(chosen) ? "it serves" : "it does not serve yet")
                + (chosen.hasVote() ? ", has a vote" : ", has no vote")
                + (makesBackup(chosen) ? ", makes a backup" : "")
                + (zone(chosen).isEmpty() ? "" : ", stands in zone " + zone(chosen))
                + (load(chosen, Load.IN_FLIGHT) > 0
                        ? ", has " + Math.round(load(chosen, Load.IN_FLIGHT)) + " requests"
                        : "");
    }

    private static boolean serves(Standing s) {
        return s.stage() == Stage.READY || s.stage() == Stage.WARMING;
    }

    private static boolean makesBackup(Standing s) {
        return load(s, Sighting.BACKUP) > 0;
    }

    private static String zone(Standing s) {
        return s.sighting() == null ? "" : s.sighting().zone();
    }

    private static double load(Standing s, String name) {
        return s.sighting() == null ? 0 : s.sighting().load(name, 0);
    }

    /** The number at the end of a name; -1 if there is none. */
    static long ordinal(String node) {
        int end = node.length();
        int start = end;
        while (start > 0 && end - start < 18 && Character.isDigit(node.charAt(start - 1))) {
            start--;
        }
        return start == end ? -1 : Long.parseLong(node.substring(start));
    }
}
