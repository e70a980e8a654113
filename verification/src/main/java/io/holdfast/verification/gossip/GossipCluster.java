package io.holdfast.verification.gossip;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.MemberMessage;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Nodes with gossip in a simulation, and what each of them was told. */
public final class GossipCluster {
    private static final int PORT = 7400;

    private final Simulation simulation;
    private final UnaryOperator<GossipMembership> settings;
    private final String[] seeds;
    private final List<SimulatedNode> machines = new ArrayList<>();
    private final Map<String, HaCluster> processes = new LinkedHashMap<>();
    private final Map<String, List<MemberEvent>> events = new LinkedHashMap<>();
    private final Map<String, List<MemberMessage>> messages = new LinkedHashMap<>();

    /** @param settings what differs from the defaults */
    public GossipCluster(Simulation simulation, int size, UnaryOperator<GossipMembership> settings) {
        this.simulation = simulation;
        this.settings = settings;
        this.seeds = new String[Math.min(3, size)];
        for (int i = 0; i < size; i++) {
            SimulatedNode machine = simulation.node("node-" + (i + 1));
            machines.add(machine);
            if (i < seeds.length) {
                seeds[i] = machine.id() + ":" + PORT;
            }
        }
    }

    List<SimulatedNode> machines() {
        return machines;
    }

    SimulatedNode machine(int number) {
        return machines.get(number - 1);
    }

    void startAll() {
        machines.forEach(this::start);
    }

    /** Starts a process on a machine that has none. */
    void start(SimulatedNode machine) {
        start(
                machine,
                Node.of(machine.id())
                        .bind(machine.id() + ":" + PORT)
                        .zone("z" + machine.id().length()));
    }

    HaCluster start(SimulatedNode machine, Node node) {
        return start(machine, node, settings, List.of());
    }

    /** @param before features that start before gossip does */
    HaCluster start(SimulatedNode machine, Node node, UnaryOperator<GossipMembership> with, List<HaFeature> before) {
        List<MemberEvent> told = new ArrayList<>();
        List<MemberMessage> heard = new ArrayList<>();
        HaCluster.Builder builder =
                HaCluster.builder("shop").node(node).runtime(machine.runtime()).executor(machine.callbacks());
        before.forEach(builder::with);
        HaCluster process = builder.with(
                        with.apply(GossipMembership.seeds(seeds)).onMessage(heard::add))
                .memberListener(told::add)
                .build();
        processes.put(machine.id(), process);
        events.put(machine.id(), told);
        messages.put(machine.id(), heard);
        process.start();
        return process;
    }

    HaCluster process(SimulatedNode machine) {
        HaCluster process = processes.get(machine.id());
        if (process == null) {
            throw new IllegalStateException(machine.id() + " was never started");
        }
        return process;
    }

    /** What the machine's present process, or its last one, was told. */
    List<MemberEvent> events(SimulatedNode machine) {
        return events.getOrDefault(machine.id(), List.of());
    }

    List<MemberMessage> messages(SimulatedNode machine) {
        return messages.getOrDefault(machine.id(), List.of());
    }

    Members seenBy(SimulatedNode machine) {
        return process(machine).members();
    }

    /** Why not every running node sees exactly those that run, alive; empty if each does. */
    String disagreement() {
        Set<String> running = machines.stream()
                .filter(SimulatedNode::running)
                .map(SimulatedNode::id)
                .collect(Collectors.toCollection(TreeSet::new));
        for (SimulatedNode machine : machines) {
            if (!machine.running()) {
                continue;
            }
            Set<String> seen = seenBy(machine).all().stream()
                    .filter(m -> m.state() == MemberState.ALIVE)
                    .map(Member::id)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!seen.equals(running)) {
                return machine.id() + " sees " + seenBy(machine).all() + " while " + running + " run";
            }
        }
        return "";
    }

    boolean agree() {
        return disagreement().isEmpty();
    }

    /** True if each running node knows that this one is not there. */
    boolean isGone(SimulatedNode gone) {
        return machines.stream()
                .filter(m -> m.running() && !m.id().equals(gone.id()))
                .noneMatch(
                        m -> seenBy(m).find(gone.id()).filter(Member::isPresent).isPresent());
    }

    Simulation simulation() {
        return simulation;
    }
}
