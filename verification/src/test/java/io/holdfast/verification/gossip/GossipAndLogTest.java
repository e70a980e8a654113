package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Member;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Autopilot;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.node.ReplicationNode;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gossip and the log together: three nodes vote, two have joined, and voters die for good. */
@Timeout(120)
class GossipAndLogTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String[] VOTERS = {"node-1@node-1:7400", "node-2@node-2:7400", "node-3@node-3:7400"};
    private static final String[] SEEDS = {"node-1:7400", "node-2:7400", "node-3:7400"};

    private final Simulation simulation = new Simulation(21);
    private final Map<String, SimulatedNode> machines = new TreeMap<>();
    private final Map<String, HaCluster> processes = new TreeMap<>();
    private final List<HaEvent> events = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private UnaryOperator<LogReplication> settings = log -> log.autopilotReplaceAfter(Duration.ofSeconds(20));

    private void start(int from, int to) {
        for (int i = from; i <= to; i++) {
            String id = "node-" + i;
            machines.computeIfAbsent(id, simulation::node);
            start(id, i);
        }
    }

    private void start(String id, int number) {
        start(id, number, 7400);
    }

    private void start(String id, int number, int port) {
        SimulatedNode machine = machines.get(id);
        LogReplication log = LogReplication.inDirectory(Path.of("data"));
        log = number <= 3 ? log.bootstrap(VOTERS) : log.join(SEEDS);
        processes.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(id + ":" + port).zone(number % 2 == 0 ? "even" : "odd"))
                        .with(GossipMembership.seeds(SEEDS))
                        .with(settings.apply(log.segmentBytes(1 << 20)))
                        .listener(events::add)
                        .meterRegistry(meters)
                        .runtime(machine.runtime())
                        .executor(machine.callbacks())
                        .start());
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(
                simulation.runUntil(condition, PATIENCE),
                () -> what + ": " + simulation.failures() + " " + voters() + " " + explain() + describe());
    }

    /** As the master knows; nobody while a change is not decided. */
    private List<String> voters() {
        Map<String, Object> known = processes
                .get(master())
                .feature(ReplicationNode.class)
                .inspectable()
                .inspect();
        return known.get("voters") instanceof List<?> list && Boolean.FALSE.equals(known.get("changing"))
                ? list.stream().map(String::valueOf).sorted().toList()
                : List.of();
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        processes.forEach((id, node) -> text.append("\n  ")
                .append(id)
                .append(machines.get(id).running() ? " " : " (down) ")
                .append(node.feature(LogAccess.class).status())
                .append(node.isReady() ? "" : " not ready: " + node.whyNotReady()));
        return text.toString();
    }

    private String explain() {
        return processes.get(master()).explain().findings().stream()
                .filter(finding -> finding.subject().equals("autopilot"))
                .toList()
                .toString();
    }

    private String master() {
        return processes.keySet().stream()
                .filter(id -> machines.get(id).running()
                        && processes.get(id).feature(LogAccess.class).status().role() == ReplicaRole.MASTER)
                .findFirst()
                .orElse("node-1");
    }

    private List<HaEvent> told() {
        return events.stream()
                .filter(event -> event.kind() == HaEvent.Kind.AUTOPILOT)
                .toList();
    }

    private void fiveNodes() {
        start(1, 3);
        await("they form a cluster", () -> processes.values().stream().allMatch(HaCluster::isReady));
        start(4, 5);
        await("two join", () -> processes.values().stream().allMatch(HaCluster::isReady));
        simulation.runFor(Duration.ofSeconds(40));
        assertEquals(List.of("node-1", "node-2", "node-3"), voters());
    }

    /** Somebody who writes one thing after the other, and how long nothing was answered at the longest. */
    private final class Load {
        private final ReplicatedMap<String, String> map;
        private long lastNanos = simulation.nowNanos();
        private long longestNanos;
        private int answered;

        Load(HaCluster client) {
            map = ReplicatedMap.in(client, "orders", Codec.string(), Codec.string());
            next();
        }

        @SuppressWarnings("FutureReturnValueIgnored") // looked at in the callback
        private void next() {
            map.putAsync("key-" + answered % 100, "value").whenComplete((done, failure) -> {
                if (failure == null) {
                    answered++;
                    longestNanos = Math.max(longestNanos, simulation.nowNanos() - lastNanos);
                    lastNanos = simulation.nowNanos();
                }
                simulation.at(Duration.ofMillis(20), this::next);
            });
        }
    }

    private HaCluster client() {
        SimulatedNode machine = simulation.node("client");
        return HaCluster.builder("shop")
                .node(Node.client("client"))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400", "node-4:7400", "node-5:7400"))
                .runtime(machine.runtime())
                .executor(machine.callbacks())
                .start();
    }

    private void dies(String victim, Predicate<List<String>> then) {
        machines.get(victim).kill();
        await(
                victim + " is replaced",
                () -> !told().isEmpty() && !voters().isEmpty() && !voters().contains(victim) && then.test(voters()));
    }

    @Test
    void twoOfThreeVotersDieForGoodAndTheMapGoesOn() {
        fiveNodes();
        Load load = new Load(client());
        await("it writes", () -> load.answered > 10);
        String first = master();
        String zone = processes.get(first).node().zone();
        dies(first, voters -> voters.size() == 3);
        String successor = voters().stream()
                .filter(id -> id.equals("node-4") || id.equals("node-5"))
                .findFirst()
                .orElseThrow();
        assertEquals(zone, processes.get(successor).node().zone(), "the learner in the zone of the dead comes first");
        assertEquals(1, told().size(), told().toString());
        String second = voters().stream()
                .filter(id -> !id.equals(successor) && !id.equals(master()))
                .findFirst()
                .orElseThrow();
        dies(second, voters -> voters.containsAll(List.of("node-4", "node-5")));
        assertEquals(2, told().size(), told().toString());
        assertEquals(second, told().get(1).subject());
        assertTrue(told().get(1).detail().contains("is dead to the membership for"), told().toString());
        int before = load.answered;
        await("it goes on", () -> load.answered > before + 100);
        // Silence for an election time-out, an election, and a client that finds the new master.
        assertTrue(
                load.longestNanos < Duration.ofSeconds(4).toNanos(),
                "the map stood still for " + load.longestNanos / 1_000_000 + " ms");
        assertEquals(
                2,
                meters.find("holdfast.autopilot.actions").tag("outcome", "DONE").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum());
        assertEquals(List.of(), simulation.failures());
    }

    @Test
    void aDryRunSaysOnceWhatItWouldDoAndDoesNothing() {
        settings = log -> log.autopilotReplaceAfter(Duration.ofSeconds(20)).autopilot(Autopilot.DRY_RUN);
        fiveNodes();
        String victim = master().equals("node-3") ? "node-2" : "node-3";
        machines.get(victim).kill();
        simulation.runFor(Duration.ofMinutes(3));
        assertEquals(List.of("node-1", "node-2", "node-3"), voters());
        assertEquals(1, told().size(), told().toString());
        assertTrue(told().get(0).detail().contains("if this were no dry run"), told().toString());
        assertTrue(explain().contains("would replace " + victim), explain());
    }

    @Test
    void whoStopsInGoodOrderIsNotReplacedAndWhoLeavesIs() {
        fiveNodes();
        String stopped = master().equals("node-3") ? "node-2" : "node-3";
        processes.get(stopped).stop();
        simulation.runFor(Duration.ofMinutes(3));
        assertEquals(List.of("node-1", "node-2", "node-3"), voters());
        assertTrue(explain().contains(stopped + " was stopped in good order"), explain());
        start(stopped, Integer.parseInt(stopped.substring(5)));
        await("it is back", () -> processes.get(stopped).isReady());
        simulation.runFor(Duration.ofSeconds(5));
        CompletableFuture<Void> left = processes.get(stopped).leaveAsync();
        await("it leaves", left::isDone);
        left.join();
        await("a learner gets a vote", () -> !told().isEmpty() && voters().size() == 3);
        assertTrue(told().get(0).detail().contains("there are 2 voters, and 3 are wanted"), told().toString());
    }

    /** People say how many are to vote, and the log remembers it when all nodes have been started anew. */
    @Test
    void whomPeopleRemoveNobodyGetsTheVoteOfAlsoAfterARestart() {
        fiveNodes();
        String removed = master().equals("node-3") ? "node-2" : "node-3";
        CompletableFuture<?> done =
                LogReplication.voters(processes.get(master())).removeVoter(removed);
        await("it is removed", done::isDone);
        done.join();
        startAnew();
        simulation.runFor(Duration.ofMinutes(2));
        assertEquals(2, voters().size(), "two are wanted: " + explain());
        CompletableFuture<?> added =
                LogReplication.voters(processes.get(master())).addVoter("node-4");
        await("one is added", added::isDone);
        added.join();
        CompletableFuture<Void> left = processes.get("node-4").leaveAsync();
        await("it leaves again", left::isDone);
        left.join();
        machines.keySet().removeIf("node-4"::equals);
        processes.keySet().removeIf("node-4"::equals);
        startAnew();
        await("a learner gets its vote, since three are wanted", () -> voters().size() == 3);
    }

    private void startAnew() {
        List<String> all = List.copyOf(processes.keySet());
        all.forEach(id -> machines.get(id).kill());
        all.forEach(id -> start(id, Integer.parseInt(id.substring(5))));
        await("they are back", () -> all.stream()
                .allMatch(id -> processes.get(id).isReady()));
    }

    /** All that saw it die are started anew, one after the other: they tell each other. */
    @Test
    void whoStartedAfterTheDeathOfAVoterReplacesItAllTheSame() {
        fiveNodes();
        String victim = master();
        machines.get(victim).kill();
        await("another is master", () -> !master().equals(victim) && !voters().isEmpty());
        simulation.runFor(Duration.ofSeconds(3));
        for (String id : List.copyOf(processes.keySet())) {
            if (!id.equals(victim)) {
                machines.get(id).kill();
                start(id, Integer.parseInt(id.substring(5)));
                await("it is back", () -> processes.get(id).isReady());
                simulation.runFor(Duration.ofSeconds(3));
            }
        }
        await(victim + " is replaced", () -> voters().size() == 3 && !voters().contains(victim));
    }

    /** Two that have moved know each other's old addresses alone; the third, which has told them so far, dies. */
    @Test
    void votersAreDialledWhereTheMembershipSeesThem() {
        start(1, 3);
        await("they form a cluster", () -> processes.values().stream().allMatch(HaCluster::isReady));
        for (int moved = 2; moved <= 3; moved++) {
            SimulatedNode machine = machines.get("node-" + moved);
            processes.get(machine.id()).stop();
            await("it has stopped", () -> !machine.running());
        }
        start("node-2", 2, 7402);
        start("node-3", 3, 7403);
        await("they are back", () -> processes.values().stream().allMatch(HaCluster::isReady));
        simulation.runFor(Duration.ofSeconds(20));
        machines.get("node-1").kill();
        await(
                "the two elect one of them",
                () -> !master().equals("node-1") && processes.get(master()).isReady());
        CompletableFuture<Void> put = ReplicatedMap.in(
                        processes.get("node-3"), "orders", Codec.string(), Codec.string())
                .putAsync("o-1", "paid")
                .thenRun(() -> {});
        await("they write", put::isDone);
        put.join();
    }

    @Test
    void everyMemberKnowsWhoIsMasterAndWhoIsALearner() {
        fiveNodes();
        await("all know", () -> processes.values().stream()
                .allMatch(node -> roles(node).equals(expected())));
        HaCluster before = processes.get(master());
        CompletableFuture<?> handed = before.transferMastership("");
        await("another is master", handed::isDone);
        await("all know", () -> processes.values().stream()
                .allMatch(node -> roles(node).equals(expected())));
    }

    private Map<String, ReplicaRole> expected() {
        Map<String, ReplicaRole> roles = new TreeMap<>();
        processes.forEach((id, node) ->
                roles.put(id, node.feature(LogAccess.class).status().role()));
        return roles;
    }

    private static Map<String, ReplicaRole> roles(HaCluster node) {
        Map<String, ReplicaRole> roles = new TreeMap<>();
        for (Member member : node.members().present()) {
            ReplicaRole role = member.facts().role();
            if (role != null) {
                roles.put(member.id(), role);
            }
        }
        return roles;
    }
}
