package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.ReplicaRole;
import io.holdfast.replication.Autopilot;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gossip and the log together: three nodes vote, two have joined, and voters die for good. */
@Timeout(120)
class GossipAndLogTest extends WholeNodesFixture {
    GossipAndLogTest() {
        super(21);
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
