package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.outlier.Observation;
import io.holdfast.loadbalance.outlier.Outliers;
import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.pick.CoarseTime;
import io.holdfast.loadbalance.pick.Decay;
import io.holdfast.loadbalance.pick.Hashes;
import io.holdfast.loadbalance.pick.Slots.Slot;
import io.holdfast.loadbalance.route.Pickers;
import io.holdfast.loadbalance.route.Plan;
import io.holdfast.loadbalance.route.Planner;
import io.holdfast.loadbalance.route.SlowStart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Knows the endpoints and decides what picks go by. Deterministic: time is an argument, chance comes by the constructor. One thread
 * at a time; picks never come here.
 */
final class BalancerCore {
    private final BalancerSettings settings;
    private final Pickers pickers;
    private final LongSupplier chance;
    private final Decay decay;
    private final Outliers outliers;
    private final SlowStart slowStart;
    private final Planner.Settings planning;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private long epoch = -1;
    private Plan plan = new Plan(List.of(), false);
    private Routing routing;
    private long stateBefore;

    /**
     * What a step came to.
     *
     * @param routing what picks go by from now on
     * @param verdicts on outliers, each once
     */
    record Step(Routing routing, List<Verdict> verdicts) {}

    BalancerCore(BalancerSettings settings, Pickers pickers, LongSupplier chance, Decay decay) {
        this.settings = settings;
        this.pickers = pickers;
        this.chance = chance;
        this.decay = decay;
        this.outliers = new Outliers(settings.outliers());
        this.slowStart = new SlowStart(settings.slowStart().toNanos(), settings.slowStartAggression());
        this.planning = new Planner.Settings(
                settings.panicPercent() / 100.0,
                settings.spareFactor(),
                settings.degradedPercent() / 100.0,
                settings.zone());
        this.routing = newRouting(List.of(), List.of(), List.of());
    }

    private Routing newRouting(List<Routing.Group> groups, List<Target> all, List<Target> sessions) {
        return new Routing(groups, all, sessions, chance, settings.algorithm().usesKey(), settings.mostInFlight());
    }

    /** Takes in what was told, judges, and makes what picks go by anew if anything has changed. */
    Step step(long now, Changes changes, boolean windowIsOver) {
        apply(now, changes);
        List<Verdict> verdicts = outliers.step(now, observe(now, windowIsOver), windowIsOver);
        List<Verdict> news = new ArrayList<>();
        verdicts.forEach(verdict -> apply(now, verdict, news));
        if (windowIsOver) {
            forgetWhoIsNoOutlierAnyMore(verdicts);
        }
        entries.values().forEach(each -> {
            each.endSlowStart(now, slowStart);
            each.stats.onProbation(outliers.isOnProbation(each.target.endpoint().id()));
        });
        long state = state(now);
        if (!changes.isNone() || state != stateBefore) {
            stateBefore = state;
            rebuild(now);
        }
        return new Step(routing, news);
    }

    /** Changes whenever time or a verdict has changed something that the plan goes by. */
    private long state(long now) {
        long state = 0;
        for (Entry each : entries.values()) {
            int its = (each.started(now, slowStart) << 2)
                    | (each.ejected == null ? 0 : 2)
                    | (each.keepsSessions(now) ? 1 : 0);
            state = Hashes.mix(state + its);
        }
        return state;
    }

    private void apply(long now, Changes changes) {
        List<Endpoint> endpoints = changes.endpoints();
        if (endpoints != null && (epoch < 0 || changes.epoch() >= epoch)) {
            replace(now, endpoints);
            epoch = changes.epoch();
        }
        changes.health().forEach((id, health) -> {
            Entry entry = entries.get(id);
            if (entry != null) {
                entry.tell(health);
            }
        });
        changes.draining().forEach((id, is) -> {
            Entry entry = entries.get(id);
            if (entry != null) {
                entry.tellToDrain(is);
            }
        });
        entries.values().forEach(each -> each.settle(now, settings.draining().toNanos()));
    }

    private void replace(long now, List<Endpoint> endpoints) {
        boolean first = epoch < 0;
        Map<String, Integer> priorities = new HashMap<>();
        for (Endpoint endpoint : endpoints) { // the caller's code, which may throw: before anything changes
            priorities.put(endpoint.id(), settings.priority().applyAsInt(endpoint));
        }
        Map<String, Entry> before = new HashMap<>(entries);
        entries.clear();
        for (Endpoint endpoint : endpoints) {
            Entry entry = before.get(endpoint.id());
            if (entry == null) {
                entry = new Entry(endpoint);
                if (!first) {
                    entry.startSlowly(now);
                }
            }
            entry.describe(endpoint);
            entry.priority = priorities.getOrDefault(endpoint.id(), 0);
            entries.put(endpoint.id(), entry);
        }
    }

    private List<Observation> observe(long now, boolean windowIsOver) {
        int ticks = CoarseTime.ticks(now);
        List<Observation> all = new ArrayList<>(entries.size());
        entries.forEach((id, entry) -> all.add(new Observation(
                id,
                entry.health() != Health.DOWN && !entry.isDraining(),
                entry.stats.failuresInARow(),
                entry.stats.successes(),
                entry.stats.latencyNanos(ticks, decay),
                (long) entry.stats.silentTicks(ticks) << CoarseTime.SHIFT,
                (long) entry.stats.unaskedTicks(ticks) << CoarseTime.SHIFT,
                windowIsOver ? entry.stats.takeWindow() : Observation.NO_WINDOW)));
        return all;
    }

    private void forgetWhoIsNoOutlierAnyMore(List<Verdict> verdicts) {
        Set<String> spared = verdicts.stream()
                .filter(Verdict.Spared.class::isInstance)
                .map(Verdict::id)
                .collect(Collectors.toSet());
        entries.forEach((id, entry) -> {
            if (!spared.contains(id)) {
                entry.spared = null;
            }
        });
    }

    private void apply(long now, Verdict verdict, List<Verdict> news) {
        Entry entry = entries.get(verdict.id());
        if (entry == null) {
            return;
        }
        if (verdict instanceof Verdict.Ejected out) {
            entry.ejected = out;
            entry.spared = null;
            news.add(verdict);
        } else if (verdict instanceof Verdict.Readmitted) {
            entry.stats.forgive(CoarseTime.ticks(now), usualLatency(now));
            entry.ejected = null;
            entry.startSlowly(now);
            news.add(verdict);
        } else if (verdict instanceof Verdict.Forgiven) { // nothing that anybody was told of has changed
            entry.stats.forgive(CoarseTime.ticks(now), usualLatency(now));
        } else if (verdict instanceof Verdict.Spared spared) {
            if (entry.spared == null) {
                news.add(verdict);
            }
            entry.spared = spared;
        }
    }

    /** The median of what is expected of those that are not out; 0 if nothing is. */
    private double usualLatency(long now) {
        int ticks = CoarseTime.ticks(now);
        double[] known = entries.values().stream()
                .filter(each -> each.ejected == null)
                .mapToDouble(each -> each.stats.latencyNanos(ticks, decay))
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        return known.length == 0 ? 0 : known[(known.length - 1) / 2];
    }

    private void rebuild(long now) {
        Plan next = Planner.plan(
                planning,
                entries.values().stream()
                        .map(each -> each.candidate(now, slowStart))
                        .toList());
        List<Target> sessions = entries.values().stream()
                .filter(each -> each.keepsSessions(now))
                .map(each -> each.target)
                .toList();
        List<Target> all = entries.values().stream().map(each -> each.target).toList();
        if (next.equals(plan) && routing.isOf(all, sessions)) {
            return;
        }
        List<Routing.Group> groups = new ArrayList<>();
        for (Plan.Group group : next.groups()) {
            groups.add(newGroup(group));
        }
        plan = next;
        routing = newRouting(groups, all, sessions);
    }

    private Routing.Group newGroup(Plan.Group group) {
        List<Slot> slots = new ArrayList<>();
        List<Target> targets = new ArrayList<>();
        for (Plan.Member member : group.members()) {
            Entry entry = entry(member.candidate().id());
            if (settings.algorithm().usesKey() || member.share() > 0) {
                slots.add(new Slot(entry.target.idHash(), member.candidate().weight(), member.share(), entry.stats));
                targets.add(entry.target);
            }
        }
        Pickers.Made earlier = null;
        for (Routing.Group each : routing.groups()) {
            if (each.plan.priority() == group.priority() && each.plan.zone().equals(group.zone())) {
                earlier = each.made;
            }
        }
        return new Routing.Group(group, pickers.make(slots, earlier), targets.toArray(new Target[0]));
    }

    private Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalStateException(
                    "the plan speaks of " + id + ", which is not on the list " + entries.keySet());
        }
        return entry;
    }

    /** Everybody, by id. */
    SortedMap<String, Entry> entries() {
        return entries;
    }

    Plan plan() {
        return plan;
    }

    /** Why it is as it is. */
    BalancerExplanation explain(long now, String service) {
        return new Standings(settings, decay, slowStart, plan, now).explain(service, epoch, entries.values());
    }

    Routing current() {
        return routing;
    }
}
