package io.holdfast.verification.sim;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.MemberEvent;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Gossip and the autopilot beside the log. */
final class WholeNodes implements NodeParts {
    private final String[] seeds;
    private final boolean datagrams;
    private final boolean quiet;
    private final Duration replaceAfter;
    private final int target;
    private final Predicate<String> isGone;
    private final Predicate<String> isKnown;
    private final BiConsumer<SimulatedNode, HaEvent> autopilot;
    private final Map<String, List<MemberEvent>> told = new LinkedHashMap<>();

    /**
     * Draws what differs from seed to seed.
     *
     * @param isGone who is dead for good
     * @param isKnown of whom the membership of any running node knows: whom none has ever seen the autopilot does not touch
     * @param autopilot hears of what any node's autopilot does
     */
    WholeNodes(
            Simulation simulation,
            String[] seeds,
            Predicate<String> isGone,
            Predicate<String> isKnown,
            BiConsumer<SimulatedNode, HaEvent> autopilot) {
        SplittableRandom random = simulation.random("parts");
        this.seeds = seeds;
        this.datagrams = random.nextInt(5) > 0;
        this.quiet = random.nextInt(4) > 0;
        this.replaceAfter = Duration.ofMillis(10_000 + random.nextInt(10_000));
        this.target = random.nextInt(3) > 0 ? 0 : 3 + 2 * random.nextInt(2);
        this.isGone = isGone;
        this.isKnown = isKnown;
        this.autopilot = autopilot;
    }

    /** How long a voter has to be dead before it is replaced. */
    Duration replaceAfter() {
        return replaceAfter;
    }

    @Override
    public boolean areQuiet() {
        return quiet;
    }

    @Override
    public LogReplication log(LogReplication log) {
        LogReplication replaces = log.autopilotReplaceAfter(replaceAfter);
        return target == 0 ? replaces : replaces.autopilotVoters(target);
    }

    @Override
    public HaCluster.Builder node(SimulatedNode machine, HaCluster.Builder builder) {
        List<MemberEvent> events = new ArrayList<>();
        told.put(machine.id(), events);
        GossipMembership gossip = GossipMembership.seeds(seeds);
        return builder.with(datagrams ? gossip : gossip.withoutDatagrams())
                .memberListener(events::add)
                .listener(event -> {
                    if (event.kind() == HaEvent.Kind.AUTOPILOT) {
                        autopilot.accept(machine, event);
                    }
                });
    }

    /** It learns of the members from them. */
    @Override
    public HaCluster.Builder client(HaCluster.Builder builder) {
        return builder.with(GossipMembership.seeds(seeds));
    }

    /** How often anybody was suspected, as far as the present processes were told. */
    long suspicions() {
        return told.values().stream()
                .flatMap(List::stream)
                .filter(event -> event.kind() == MemberEvent.Kind.SUSPECTED)
                .count();
    }

    @Override
    public String describe(HaCluster master) {
        List<Finding> pilot = master.explain().findings().stream()
                .filter(finding -> finding.subject().equals("autopilot"))
                .toList();
        return master.members().all() + "\n  " + pilot;
    }

    /** No voter is dead whose place a learner could take, and there are as many voters as are wanted, if there can be. */
    @Override
    public boolean isDone(List<?> voters, List<?> standby, int wanted) {
        long learners =
                standby.stream().filter(id -> !isGone.test(id.toString())).count();
        boolean dead = voters.stream().anyMatch(id -> isGone.test(id.toString()) && isKnown.test(id.toString()));
        int votersToBe = target > 0 ? target : wanted - 1 + wanted % 2;
        boolean few = voters.size() < votersToBe && learners >= 1 + voters.size() % 2;
        return !few && (!dead || learners == 0);
    }
}
