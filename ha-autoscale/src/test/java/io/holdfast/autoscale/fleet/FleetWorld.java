package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A fleet whose target and members a test moves by hand; a second passes at a time. */
final class FleetWorld {
    static final Capabilities NAMING = new Capabilities(true, Capabilities.Removal.ANY, false);
    static final Capabilities STATEFUL = new Capabilities(false, Capabilities.Removal.HIGHEST_ORDINAL, false);

    private final FleetConfig config;
    private final Map<String, Instance> instances = new TreeMap<>();
    private final Map<String, Sighting> members = new TreeMap<>();
    private final List<FleetEffect> done = new ArrayList<>();
    Fleet fleet;
    long now = 1_000;
    /** False: the target does not answer. */
    boolean targetAnswers = true;

    boolean mayBegin = true;
    boolean mayAct = true;

    FleetWorld(int max, Capabilities target) {
        this.config = new FleetConfig(
                "node-1",
                max,
                target,
                "node-",
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofSeconds(90),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1));
        this.fleet = new Fleet(config);
        fleet.resume(now, FleetState.of(0), 1);
    }

    /** Three voters that somebody started by hand, the first one the master. */
    FleetWorld withVoters() {
        for (int i = 1; i <= 3; i++) {
            serves("node-" + i, i == 1 ? ReplicaRole.MASTER : ReplicaRole.SLAVE);
        }
        return this;
    }

    FleetWorld serves(String node, @Nullable ReplicaRole role) {
        return member(node, role, MemberState.ALIVE, 100, 0);
    }

    FleetWorld member(
            String node, @Nullable ReplicaRole role, MemberState state, double servingSeconds, double inFlight) {
        members.put(
                node,
                new Sighting(
                        node,
                        state,
                        role,
                        "",
                        false,
                        Map.of(
                                Sighting.SERVING,
                                servingSeconds,
                                Sighting.BEAT,
                                (double) now,
                                Load.IN_FLIGHT,
                                inFlight,
                                ReplicatedState.LAG,
                                0.0)));
        return this;
    }

    FleetWorld state(String node, MemberState state) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        members.put(node, new Sighting(node, state, was.role(), was.zone(), was.draining(), was.load()));
        return this;
    }

    FleetWorld drains(String node, boolean is) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        Map<String, Double> load = new TreeMap<>(was.load());
        load.put(Sighting.SERVING, is ? -1.0 : 1.0);
        load.put(Sighting.DRAINS, is ? 1.0 : 0.0);
        members.put(node, new Sighting(node, was.state(), was.role(), was.zone(), is, load));
        return this;
    }

    FleetWorld role(String node, @Nullable ReplicaRole role) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        members.put(node, new Sighting(node, was.state(), role, was.zone(), was.draining(), was.load()));
        return this;
    }

    FleetWorld draining(String node, boolean is) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        members.put(node, new Sighting(node, was.state(), was.role(), was.zone(), is, was.load()));
        return this;
    }

    FleetWorld zone(String node, String zone) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        members.put(node, new Sighting(node, was.state(), was.role(), zone, was.draining(), was.load()));
        return this;
    }

    FleetWorld load(String node, String name, double value) {
        Sighting was = Objects.requireNonNull(members.get(node), node);
        Map<String, Double> load = new TreeMap<>(was.load());
        load.put(name, value);
        members.put(node, new Sighting(node, was.state(), was.role(), was.zone(), was.draining(), load));
        return this;
    }

    FleetWorld gone(String node) {
        members.remove(node);
        return this;
    }

    FleetWorld instance(String node, Instance.State state) {
        instances.put(node, new Instance(node, state, ""));
        return this;
    }

    FleetWorld noInstance(String node) {
        instances.remove(node);
        return this;
    }

    /** One second, and what the fleet has done in it; looks at the target are answered here. */
    List<FleetEffect> step() {
        now += TimeUnit.SECONDS.toNanos(1);
        List<FleetEffect> effects = new ArrayList<>(fleet.act(now, sightings(), mayBegin, mayAct));
        if (effects.remove(new FleetEffect.Look())) {
            effects.addAll(fleet.hear(
                    now,
                    targetAnswers
                            ? new FleetInput.Looked(List.copyOf(instances.values()))
                            : new FleetInput.NotLooked("out of order")));
        }
        done.addAll(effects);
        return effects;
    }

    private Collection<Sighting> sightings() {
        return members.values();
    }

    /** Steps until it has that kind of thing done, at most so many seconds. */
    <T extends FleetEffect> T until(Class<T> kind, int seconds) {
        for (int i = 0; i < seconds; i++) {
            for (FleetEffect effect : step()) {
                if (kind.isInstance(effect)) {
                    return kind.cast(effect);
                }
            }
        }
        throw new AssertionError("no " + kind.getSimpleName() + " in " + seconds + " s, but " + done + "; it waits for "
                + fleet.waitsFor() + " in " + fleet.state() + " " + fleet.standings());
    }

    /** Steps so long, and fails if it has that kind of thing done. */
    void never(Class<? extends FleetEffect> kind, int seconds) {
        for (int i = 0; i < seconds; i++) {
            for (FleetEffect effect : step()) {
                if (kind.isInstance(effect)) {
                    throw new AssertionError("after " + i + " s: " + effect);
                }
            }
        }
    }

    List<FleetEffect> hear(FleetInput input) {
        List<FleetEffect> effects = fleet.hear(now, input);
        done.addAll(effects);
        return effects;
    }

    /** Another node decides, and knows what was kept. */
    void takeOver() {
        FleetState kept = fleet.state();
        fleet = new Fleet(config);
        fleet.resume(now, kept, 2);
    }

    FleetWorld want(int nodes) {
        fleet.want(nodes);
        return this;
    }

    /** How far that node is. */
    Stage stage(String node) {
        return Objects.requireNonNull(fleet.standings().get(node), node).stage();
    }

    /** All that has been done. */
    <T extends FleetEffect> List<T> done(Class<T> kind) {
        return done.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
