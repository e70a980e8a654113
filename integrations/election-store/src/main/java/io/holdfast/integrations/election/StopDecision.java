package io.holdfast.integrations.election;

import io.holdfast.core.Health;
import io.holdfast.core.SafeToStop;
import io.holdfast.integrations.election.ElectionView.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node may be stopped: if the store answers, another node lives, and whatever the node holds, or could alone be given,
 * somebody else could take. Every node can tell, since all read the same records. A function of what is known.
 */
final class StopDecision {
    /** Roles and nodes that an answer names; of more it says how many. */
    private static final int MOST_NAMED = 10;

    private static final long MILLI = 1_000_000L;

    private final ElectionView view;
    private final String nodeId;
    private final long nowNanos;
    private final SortedMap<String, Run> others = new TreeMap<>();
    /** Who may live: they have written something, but nobody knows when. */
    private final Set<String> unknown = new TreeSet<>();

    private StopDecision(ElectionView view, String nodeId, long nowNanos) {
        this.view = view;
        this.nodeId = nodeId;
        this.nowNanos = nowNanos;
        view.latest().forEach((id, run) -> {
            boolean takesNothing = id.equals(view.node()) && !view.complaint().isEmpty();
            if (!id.equals(nodeId) && run.isAwake(nowNanos) && !takesNothing) {
                if (run.moves() || id.equals(view.node())) {
                    others.put(id, run);
                } else {
                    unknown.add(id);
                }
            }
        });
    }

    /**
     * Decides.
     *
     * @param store what and where it is, for people
     * @param freshNanos after so long without an answer of the store what is known is too old
     */
    static SafeToStop decide(
            ElectionView view, StoreHealth.Reach reach, String store, long freshNanos, String nodeId, long nowNanos) {
        if (!view.everRead()) {
            return SafeToStop.no(nodeId, view.node() + " has not read " + store + " yet, and knows of no other node");
        }
        long age = nowNanos - reach.answeredNanos();
        if (reach.failing()) {
            return SafeToStop.no(
                    nodeId,
                    store + " has not answered " + view.node() + " for " + age / MILLI
                            + " ms, and without it nobody takes what " + nodeId + " holds: " + reach.problem());
        }
        if (age > freshNanos) { // it was suspended, or its loop is stuck
            return SafeToStop.no(
                    nodeId,
                    "what " + view.node() + " knows is " + age / MILLI + " ms old, so it cannot tell; ask again");
        }
        SortedMap<String, Run> latest = view.latest();
        Run asked = latest.get(nodeId);
        if (asked == null && !nodeId.equals(view.node())) {
            return SafeToStop.no(
                    nodeId,
                    nodeId + " is none of the nodes that have a record there, which are " + names(latest.keySet()));
        }
        StopDecision decision = new StopDecision(view, nodeId, nowNanos);
        SafeToStop decided = decision.decide(asked);
        if (decided.safe() || decision.unknown.isEmpty()) {
            return decided;
        }
        List<String> reasons = new ArrayList<>(decided.reasons());
        reasons.add(view.node() + " has not seen " + names(decision.unknown)
                + " renew a record yet, so it cannot tell who lives; ask again in a moment");
        return new SafeToStop(nodeId, false, reasons, "");
    }

    private SafeToStop decide(@Nullable Run asked) {
        if (others.isEmpty()) {
            return SafeToStop.no(
                    nodeId,
                    view.complaint().isEmpty() || nodeId.equals(view.node())
                            ? "it is the only node that lives: stopping it stops the service"
                            : "no other node lives that would take a role: " + view.node() + " takes none, since "
                                    + view.complaint());
        }
        List<String> reasons = new ArrayList<>();
        List<String> handedOver = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        for (String role : rolesOf(asked)) {
            RoleRecord holder = view.holder(role);
            boolean holds = holder != null && holder.node().equals(nodeId);
            List<String> takers = others.values().stream()
                    .filter(run -> couldTake(run, role, asked))
                    .map(Run::node)
                    .toList();
            boolean lives = holder != null && others.containsKey(holder.node());
            if (takers.isEmpty() && (holds || !lives)) {
                String held = holder == null
                        ? "nobody holds role " + role
                        : holder.node() + ", which does not live, holds role " + role;
                reasons.add((holds ? "it holds role " + role : held) + ", and no other node could take it: "
                        + whyNobody(role));
            } else if (holds) {
                handedOver.add(role);
            } else if (holder != null && takers.equals(List.of(holder.node()))) {
                alone.add(role + " (" + holder.node() + ")");
            }
        }
        if (!reasons.isEmpty()) {
            return new SafeToStop(nodeId, false, shortened(reasons), "");
        }
        List<String> toKnow = new ArrayList<>();
        if (asked != null && !asked.isAwake(nowNanos)) {
            toKnow.add("it has not renewed its record for " + (nowNanos - asked.movedNanos()) / MILLI
                    + " ms: it has stopped, or does not reach the store");
        }
        if (!handedOver.isEmpty()) {
            toKnow.add("it holds " + names(handedOver) + "; others take that when it stops");
        }
        if (!alone.isEmpty()) {
            toKnow.add("while it is away nobody else stands for what these hold: " + names(alone));
        }
        return new SafeToStop(nodeId, true, toKnow, "");
    }

    private Set<String> rolesOf(@Nullable Run asked) {
        Set<String> roles = new TreeSet<>();
        if (asked != null) {
            roles.addAll(asked.record().roles().keySet());
        } else if (nodeId.equals(view.node())) {
            roles.addAll(view.stands().keySet()); // it has no record yet, or any more
        }
        for (String role : view.roles().keySet()) {
            RoleRecord holder = view.holder(role);
            if (holder != null && holder.node().equals(nodeId)) {
                roles.add(role);
            }
        }
        return roles;
    }

    /** One that is down is as good as one that is down. */
    private static boolean couldTake(Run run, String role, @Nullable Run insteadOf) {
        NodeRecord.Bid bid = run.record().roles().get(role);
        boolean well = run.record().health() != Health.DOWN
                || (insteadOf != null && insteadOf.record().health() == Health.DOWN);
        return bid != null && !bid.paused() && well;
    }

    private String whyNobody(String role) {
        List<String> standing = new ArrayList<>();
        others.forEach((id, run) -> {
            NodeRecord.Bid bid = run.record().roles().get(role);
            if (bid != null) {
                standing.add(id
                        + (bid.paused()
                                ? " has just given it up"
                                : " is " + run.record().health()));
            }
        });
        return standing.isEmpty() ? "none stands for it" : names(standing);
    }

    private static List<String> shortened(List<String> reasons) {
        if (reasons.size() <= MOST_NAMED) {
            return reasons;
        }
        List<String> first = new ArrayList<>(reasons.subList(0, MOST_NAMED));
        first.add("and so it is with " + (reasons.size() - MOST_NAMED) + " more roles");
        return first;
    }

    private static String names(Collection<String> names) {
        String first = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMED ? first + " and " + (names.size() - MOST_NAMED) + " more" : first;
    }
}
