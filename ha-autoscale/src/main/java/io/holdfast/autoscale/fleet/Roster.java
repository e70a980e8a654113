package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.core.MemberState;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is there and how far: what the target and the membership say, put together. It remembers since when a node is away and when its
 * samples last changed, by the deciding node's own monotonic clock. Deterministic; not thread-safe.
 */
final class Roster {
    private static final Set<String> OWN = Set.of(Sighting.BEAT, Sighting.SERVING, Sighting.DRAINS, Sighting.BACKUP);

    private record Beat(double value, long sinceNanos) {}

    private final FleetConfig config;
    private final Map<String, Beat> beats = new HashMap<>();
    private final Map<String, Long> awaySince = new HashMap<>();
    private final Map<String, Long> startingSince = new HashMap<>();
    private final Set<String> served = new TreeSet<>();
    /** Since when those are started anew who have left, under the name that they had: of the new process the membership says nothing yet. */
    private final Map<String, Long> renewed = new HashMap<>();
    /** Whom the target has shown to run, or to start. */
    private Set<String> ran = new TreeSet<>();

    private boolean looked;
    /** No place is kept for these: nobody expects them back. */
    private final Set<String> takenAway = new TreeSet<>();

    private SortedMap<String, Standing> standings = new TreeMap<>();

    Roster(FleetConfig config) {
        this.config = config;
    }

    /** @param instances what the target said last */
    void look(long now, Collection<Sighting> members, List<Instance> instances, FleetState state) {
        SortedMap<String, Sighting> sightings = new TreeMap<>();
        members.forEach(member -> sightings.put(member.node(), member));
        SortedMap<String, Instance> managed = new TreeMap<>();
        instances.forEach(instance -> managed.put(instance.node(), instance));
        Set<String> names = new TreeSet<>(sightings.keySet());
        names.addAll(managed.keySet());
        names.addAll(state.known()); // also of whom the membership has not heard since this node was started
        state.growth().ifPresent(growth -> names.addAll(growth.nodes()));
        String going = state.going().map(FleetState.Going::node).orElse("");
        Set<String> ordered =
                new TreeSet<>(state.growth().map(FleetState.Growth::nodes).orElse(List.of()));
        Set<String> expected = new TreeSet<>(state.ordered());
        Set<String> before = new TreeSet<>(state.known());

        SortedMap<String, Standing> seen = new TreeMap<>();
        for (String name : names) {
            Sighting sighting = sightings.get(name);
            Instance instance = managed.get(name);
            beat(now, name, sighting);
            renew(now, name, sighting, instance);
            if (instance != null || ordered.contains(name)) {
                takenAway.remove(name);
            }
            Stage stage =
                    name.equals(going) ? Stage.GOING : stage(now, name, sighting, instance, ordered, expected, before);
            remember(now, name, stage);
            seen.put(name, new Standing(name, stage, instance, sighting));
        }
        beats.keySet().retainAll(names);
        awaySince.keySet().retainAll(names);
        startingSince.keySet().retainAll(names);
        served.retainAll(names);
        renewed.keySet().retainAll(names);
        takenAway.retainAll(names);
        ran = new TreeSet<>();
        managed.values().stream()
                .filter(instance -> runs(instance) && !isStopping(instance))
                .forEach(instance -> ran.add(instance.node()));
        looked |= !managed.isEmpty();
        standings = seen;
    }

    /**
     * A target that names its nodes gives the name of one that was stopped to the next one. Not for ever: one that does not come is judged as any
     * that left.
     */
    private void renew(long now, String name, @Nullable Sighting sighting, @Nullable Instance instance) {
        if (!runs(instance) || isStopping(instance)) {
            renewed.remove(name);
        } else if ((isStarting(instance) || (looked && !ran.contains(name)))
                && (hasLeft(sighting) || takenAway.contains(name))) {
            renewed.putIfAbsent(name, now);
            served.remove(name);
        }
    }

    private boolean isRenewed(String name, long now) {
        Long since = renewed.get(name);
        return since != null && now - since < config.startWithin().toNanos();
    }

    private void beat(long now, String name, @Nullable Sighting sighting) {
        double value = sighting == null ? -1 : sighting.load(Sighting.BEAT, -1);
        Beat known = beats.get(name);
        if (known == null || known.value() != value) {
            beats.put(name, new Beat(value, now));
        }
    }

    private Stage stage(
            long now,
            String name,
            @Nullable Sighting sighting,
            @Nullable Instance instance,
            Set<String> ordered,
            Set<String> expected,
            Set<String> before) {
        if (sighting != null && sighting.serves() && !isStopping(instance)) {
            return sighting.load(Sighting.SERVING, -1) * 1e9 >= config.warmUp().toNanos() ? Stage.READY : Stage.WARMING;
        }
        boolean present = sighting != null && sighting.state().isPresent();
        // Of one that is started anew the membership may still say what became of it before.
        boolean known = served.contains(name)
                || (!(expected.contains(name) || isRenewed(name, now))
                        && (sighting == null ? before.contains(name) : !present || sighting.drainsForOthers()));
        if (instance != null) {
            return switch (instance.state()) {
                case FAILED -> present ? Stage.AWAY : ordered.contains(name) ? Stage.ORDERED : Stage.FAILED;
                case STOPPING -> Stage.GONE;
                case STARTING, RUNNING -> !known ? Stage.STARTING : present ? Stage.AWAY : away(now, name);
            };
        }
        if (ordered.contains(name)) {
            return Stage.ORDERED;
        }
        if (takenAway.contains(name)) {
            return Stage.GONE;
        }
        if (present) {
            return known ? Stage.AWAY : Stage.STARTING;
        }
        return away(now, name);
    }

    private Stage away(long now, String name) {
        long since = awaySince.getOrDefault(name, now);
        return now - since < config.awayFor().toNanos() ? Stage.AWAY : Stage.GONE;
    }

    /**
     * Who may come back under its name: a member that has neither left nor been taken away; nor, if the name is of no use here, is away for
     * long.
     *
     * @param before who could until now
     */
    List<String> mayComeBack(List<String> before) {
        return standings.values().stream()
                .filter(s -> s.sighting() != null || before.contains(s.node()))
                .filter(s -> s.instance() != null || !(takenAway.contains(s.node()) || hasLeft(s.sighting())))
                .filter(s -> s.stage() != Stage.GONE
                        || (config.target().takesNames() && s.node().startsWith(config.namePrefix())))
                .map(Standing::node)
                .toList();
    }

    private static boolean hasLeft(@Nullable Sighting sighting) {
        return sighting != null && sighting.state() == MemberState.LEFT;
    }

    private static boolean runs(@Nullable Instance instance) {
        return instance != null && instance.state() != Instance.State.FAILED;
    }

    /** True if another than that one is on its way out, so that how many there are is not known. */
    boolean isAnotherStopping(String node) {
        return standings.values().stream().anyMatch(s -> !s.node().equals(node) && isStopping(s.instance()));
    }

    /** True if a log is replicated here: then whoever has not said what it is in it may have a vote. */
    boolean hasLog() {
        return standings.values().stream()
                .anyMatch(s -> s.sighting() != null && s.sighting().role() != null);
    }

    private static boolean isStopping(@Nullable Instance instance) {
        return instance != null && instance.state() == Instance.State.STOPPING;
    }

    private static boolean isStarting(@Nullable Instance instance) {
        return instance != null && instance.state() == Instance.State.STARTING;
    }

    private void remember(long now, String name, Stage stage) {
        if (stage == Stage.READY || stage == Stage.WARMING) {
            served.add(name);
            renewed.remove(name);
        }
        if (stage == Stage.AWAY || stage == Stage.GONE) {
            awaySince.putIfAbsent(name, now);
        } else {
            awaySince.remove(name);
        }
        if (stage == Stage.STARTING || stage == Stage.ORDERED) {
            startingSince.putIfAbsent(name, now);
        } else if (stage != Stage.WARMING) {
            startingSince.remove(name);
        }
    }

    /** It was stopped for good: it is gone at once, and not away like one that may be back soon. */
    void takenAway(String node) {
        takenAway.add(node);
    }

    SortedMap<String, Standing> standings() {
        return standings;
    }

    @Nullable
    Standing find(String node) {
        return standings.get(node);
    }

    int count(Stage stage) {
        return (int) standings.values().stream().filter(s -> s.stage() == stage).count();
    }

    /** How many of the places that are wanted are taken. */
    int placed() {
        return (int)
                standings.values().stream().filter(s -> s.stage().hasPlace()).count();
    }

    /** How many nodes run or may run, whatever they are for. */
    int running() {
        return (int) standings.values().stream().filter(this::isRunning).count();
    }

    boolean isRunning(Standing s) {
        return s.stage() != Stage.FAILED && (s.stage() != Stage.GONE || runs(s.instance()));
    }

    /** How many the target has that are neither stopping nor failed. */
    int instances() {
        return (int) standings.values().stream()
                .filter(s -> s.instance() != null
                        && s.instance().state() != Instance.State.FAILED
                        && s.instance().state() != Instance.State.STOPPING)
                .count();
    }

    /** Since when a node is being started; {@code now} if it is not. */
    long startingSince(String node, long now) {
        return startingSince.getOrDefault(node, now);
    }

    boolean isStale(String node, long now) {
        Beat beat = beats.get(node);
        return beat == null
                || beat.value() < 0
                || now - beat.sinceNanos() >= config.staleAfter().toNanos();
    }

    /** The load of the nodes that are ready. Who is being taken away is not among them, and neither is its load. */
    LoadSnapshot snapshot(Instant at, long now, int wanted) {
        Map<String, Metric> metrics = new TreeMap<>();
        int ready = 0;
        int warming = 0;
        for (Standing standing : standings.values()) {
            Sighting sighting = standing.sighting();
            if (standing.stage() == Stage.READY && sighting != null) {
                ready++;
                if (!isStale(standing.node(), now)) {
                    sighting.load().forEach((name, value) -> {
                        if (!OWN.contains(name) && Double.isFinite(value)) {
                            metrics.merge(name, new Metric(1, value, value), Roster::plus);
                        }
                    });
                }
            } else if (standing.stage().hasPlace() && standing.stage() != Stage.AWAY) {
                warming++;
            }
        }
        return new LoadSnapshot(at, wanted, ready, warming, metrics);
    }

    private static Metric plus(Metric a, Metric b) {
        return new Metric(a.reported() + b.reported(), a.sum() + b.sum(), Math.max(a.max(), b.max()));
    }
}
