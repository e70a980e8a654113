package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.FaultKind;
import io.holdfast.testkit.FaultSettings;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A storm over whole nodes: after it comes a time of {@link Attrition}; and in the calm gossip and the log must agree. */
final class WholeStorm extends Storm {
    /** A dead voter is silent for its time, the autopilot waits after each change and each election, and there may be three dead. */
    private static final Duration CALM = Duration.ofMinutes(5);

    private static final Duration AGREE = Duration.ofSeconds(90);
    private static final Duration DEATH = Duration.ofSeconds(15);
    private static final Duration SAMPLE = Duration.ofMillis(100);

    private final SplittableRandom random;
    private final WholeNodes nodes;
    private final Reshaper reshaper;
    private final Contacts contacts;
    private final AutopilotWatch watch;
    private final Attrition attrition;

    WholeStorm(
            Simulation simulation,
            SplittableRandom random,
            SimulatedCluster cluster,
            Reshaper reshaper,
            FaultSettings faults,
            WholeNodes nodes,
            Contacts contacts,
            AutopilotWatch watch,
            Attrition attrition) {
        super(simulation, random, cluster, reshaper, faults);
        this.random = random;
        this.nodes = nodes;
        this.reshaper = reshaper;
        this.contacts = contacts;
        this.watch = watch;
        this.attrition = attrition;
    }

    @Override
    void begun() {
        contacts.begin();
        watch.begin(nodes.replaceAfter());
    }

    @Override
    Duration calmLimit() {
        return CALM;
    }

    /** Few faults, seldom: the autopilot acts after half a minute without an election. */
    @Override
    void afterStorm() {
        slowDown(15);
        reshaper.gently();
        cluster().adversary().end();
        cluster().operator().end();
        blow(FaultSettings.everything()
                .with(FaultKind.DATAGRAMS_BLOCKED)
                .without(FaultKind.ALL_DOWN)
                .withPace(Duration.ofMillis(2_000 + random.nextInt(20_000)), Duration.ofSeconds(2)));
        attrition.begin();
        simulation().runUntil(this::isBroken, Duration.ofSeconds(40 + random.nextInt(60)));
        attrition.end();
    }

    @Override
    void afterCalm() {
        await("gossip and the log do not agree", this::disagreement, AGREE);
        if (random.nextInt(3) == 0) {
            simulation().runFor(Duration.ofSeconds(60)); // whatever doubts of itself a node has are over
            long before = nodes.suspicions();
            simulation().runFor(Duration.ofSeconds(30));
            if (nodes.suspicions() != before) {
                problem("somebody was suspected in the calm");
            }
        }
        deathAndReturn();
        for (SimulatedNode machine : cluster().machines()) {
            if (cluster().isGone(machine.id())) {
                if (attrition.replaceable().contains(machine)) {
                    cluster().bringNew(machine);
                } else {
                    cluster().mendMachine(machine);
                }
                await(machine.id() + " came, and not all is well", this::unsettled, AGREE);
            }
        }
    }

    private void deathAndReturn() {
        List<SimulatedNode> running = cluster().machines().stream()
                .filter(machine -> machine.running() && attrition.isSpare(machine))
                .toList();
        if (running.isEmpty()) {
            return;
        }
        SimulatedNode victim = running.get(random.nextInt(running.size()));
        if (random.nextBoolean()) {
            victim.kill();
        } else {
            victim.crash(CrashMode.ALL_LOST);
        }
        await(victim.id() + " is dead", () -> whoStillSees(victim), DEATH);
        cluster().start(victim);
        await(victim.id() + " came back, and not all is well", this::unsettled, AGREE);
    }

    private void await(String what, Supplier<String> whyNot, Duration limit) {
        long end = simulation().nowNanos() + limit.toNanos();
        String why = whyNot.get();
        while (!why.isEmpty() && simulation().nowNanos() < end && !isBroken()) {
            simulation().runFor(SAMPLE);
            why = whyNot.get();
        }
        if (!why.isEmpty()) {
            problem("liveness: " + what + " after " + limit.toSeconds() + " s: " + why
                    + cluster().describe());
        }
    }

    private String whoStillSees(SimulatedNode dead) {
        for (SimulatedNode machine : cluster().machines()) {
            if (machine.running() && state(machine, dead.id()) == MemberState.ALIVE) {
                return machine.id() + " sees it";
            }
        }
        return "";
    }

    private MemberState state(SimulatedNode by, String of) {
        return cluster().process(by.id()).members().find(of).map(Member::state).orElse(MemberState.LEFT);
    }

    private String unsettled() {
        return cluster().hasConverged() ? disagreement() : "the log has not settled";
    }

    /** Why not each running node sees exactly those that run, in their roles, and the same voters; empty if so. */
    private String disagreement() {
        Map<String, ReplicaRole> roles = new TreeMap<>();
        Object voters = null;
        for (SimulatedNode machine : cluster().machines()) {
            if (machine.running()) {
                roles.put(machine.id(), cluster().status(machine.id()).role());
                Object known =
                        Objects.requireNonNullElse(cluster().inspect(machine).get("voters"), "nobody");
                if (voters != null && !voters.equals(known)) {
                    return machine.id() + " knows as voters " + known + ", and others " + voters;
                }
                voters = known;
            }
        }
        for (SimulatedNode machine : cluster().machines()) {
            if (machine.running()) {
                Map<String, ReplicaRole> seen = seenBy(cluster().process(machine.id()));
                if (!seen.equals(roles)) {
                    return machine.id() + " sees " + seen + " where there are " + roles;
                }
            }
        }
        for (HaCluster client : cluster().clients()) {
            Map<String, ReplicaRole> seen = seenBy(client);
            seen.remove(client.node().id());
            if (!seen.equals(roles)) {
                return client + " sees " + seen + " where there are " + roles;
            }
        }
        return "";
    }

    private static Map<String, ReplicaRole> seenBy(HaCluster process) {
        Map<String, ReplicaRole> seen = new TreeMap<>();
        for (Member member : process.members().all()) {
            if (member.state() == MemberState.ALIVE) {
                seen.put(member.id(), Objects.requireNonNullElse(member.facts().role(), ReplicaRole.CLIENT));
            }
        }
        return seen;
    }
}
