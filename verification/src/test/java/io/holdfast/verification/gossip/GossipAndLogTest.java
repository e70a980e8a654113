package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Member;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.SafeToStop;
import io.holdfast.replication.Autopilot;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.VoterChange;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.Voters;
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
@Timeout(600)
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
        for (HaEvent.Kind kind : List.of(HaEvent.Kind.MEMBER, HaEvent.Kind.VOTERS, HaEvent.Kind.MASTER)) {
            assertTrue(events.stream().anyMatch(event -> event.kind() == kind), kind + " is not in " + events);
        }
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

    /** Again and again its process is killed, and is away for a while; what it had on its disk is gone if {@code wiped}. */
    private void crashes(String id, Duration up, Duration down, boolean wiped) {
        simulation.at(up, () -> {
            SimulatedNode machine = machines.get(id);
            machine.kill();
            if (wiped) {
                machine.storage().wipe();
            }
            simulation.at(down, () -> {
                start(id, Integer.parseInt(id.substring(5)));
                crashes(id, up, down, wiped);
            });
        });
    }

    /** A voter that is not the master. */
    private String slave() {
        return master().equals("node-3") ? "node-2" : "node-3";
    }

    /** The learner in the same zone as that voter, or the other one. */
    private static String learner(String voter, boolean sameZone) {
        return voter.equals("node-2") == sameZone ? "node-4" : "node-5";
    }

    private void replaced(String victim, String successor) {
        HaCluster asked = processes.get(successor);
        CompletableFuture<?> change =
                LogReplication.voters(asked).within(Duration.ofSeconds(60)).replaceVoter(victim, successor);
        await(successor + " takes the place of " + victim, change::isDone);
        change.join();
    }

    /** One without a volume of its own: each time it is another disk, which stands by in place of the one before. */
    @Test
    void aLearnerThatComesAndGoesDoesNotKeepADeadVoterInOffice() {
        fiveNodes();
        String victim = slave();
        crashes(learner(victim, false), Duration.ofSeconds(13), Duration.ofSeconds(1), true);
        dies(victim, voters -> voters.contains(learner(victim, true)));
        assertEquals(1, told().size(), told().toString());
    }

    /** It is in the zone of the dead, and there at most times that somebody looks: as a voter it would come and go as well. */
    @Test
    void aLearnerThatComesAndGoesGetsNoVote() {
        fiveNodes();
        String victim = slave();
        crashes(learner(victim, true), Duration.ofSeconds(13), Duration.ofSeconds(1), true);
        dies(victim, voters -> voters.contains(learner(victim, false)));
        assertEquals(1, told().size(), told().toString());
        simulation.runFor(Duration.ofMinutes(1));
        assertEquals(1, told().size(), told().toString());
    }

    /** Each time it gets its vote again on another disk, as who it has been all along: that is no change to wait after. */
    @Test
    void aVoterThatComesAndGoesDoesNotKeepADeadOneInOffice() {
        start(1, 3);
        await("they form a cluster", () -> processes.values().stream().allMatch(HaCluster::isReady));
        start(4, 6);
        await("three join", () -> processes.values().stream().allMatch(HaCluster::isReady));
        for (String id : List.of("node-4", "node-5")) {
            CompletableFuture<?> added =
                    LogReplication.voters(processes.get(master())).addVoter(id);
            await(id + " gets a vote", added::isDone);
            added.join();
        }
        simulation.runFor(Duration.ofSeconds(40));
        String victim = slave();
        crashes("node-5", Duration.ofSeconds(13), Duration.ofSeconds(1), true);
        dies(victim, voters -> voters.contains("node-6") && voters.contains("node-5"));
        assertEquals(1, told().size(), told().toString());
    }

    /** What it believes of the others is as old as its stillness, which counts as the silence of the others. */
    @Test
    void aMasterThatStoodStillLooksAnewBeforeItActs() {
        fiveNodes();
        String victim = slave();
        machines.get(victim).kill();
        simulation.runFor(Duration.ofSeconds(12));
        assertEquals(List.of(), told());
        machines.values().forEach(machine -> machine.pause(Duration.ofSeconds(15)));
        simulation.runFor(Duration.ofSeconds(30));
        assertEquals(List.of(), told());
        await(victim + " is replaced", () -> !voters().isEmpty() && !voters().contains(victim));
    }

    /** The learner in the zone of the dead comes and goes, so that now the one would get the vote and now the other. */
    @Test
    void aDryRunSaysOnceWhatItWouldDoThoughLearnersComeAndGo() {
        settings = log -> log.autopilotReplaceAfter(Duration.ofSeconds(20)).autopilot(Autopilot.DRY_RUN);
        fiveNodes();
        String victim = slave();
        machines.get(victim).kill();
        crashes(learner(victim, true), Duration.ofSeconds(60), Duration.ofSeconds(5), false);
        simulation.runFor(Duration.ofMinutes(4));
        assertEquals(
                2,
                told().stream()
                        .map(HaEvent::detail)
                        .map(said -> said.substring(0, said.indexOf(':')))
                        .distinct()
                        .count());
        assertEquals(2, told().size(), told().toString());
        assertEquals(
                2,
                meters.find("holdfast.autopilot.actions").tag("outcome", "DRY_RUN").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum());
    }

    @Test
    void aMasterThatHasMovedIsAskedWhereItIs() {
        fiveNodes();
        moves("node-2", 7402);
        if (!master().equals("node-2")) {
            CompletableFuture<?> handed = processes.get(master()).transferMastership("node-2");
            await("node-2 is master", handed::isDone);
        }
        await("all know", () -> processes.values().stream()
                .allMatch(node ->
                        node.master().filter(m -> m.nodeId().equals("node-2")).isPresent()));
        moves("node-4", 7404);
        Voters voters = LogReplication.voters(processes.get("node-1")).within(Duration.ofSeconds(10));
        CompletableFuture<VoterList> list = voters.list();
        await("it lists", list::isDone);
        assertEquals("node-2", list.join().by());
        assertEquals(
                List.of("node-2:7402", "node-4:7404"),
                list.join().members().stream()
                        .filter(member -> member.nodeId().equals("node-2")
                                || member.nodeId().equals("node-4"))
                        .map(member -> member.address().toString())
                        .toList());
        CompletableFuture<VoterChange> wrong = voters.addVoter("node-4", Address.parse("node-4:7400"));
        await("it answers", wrong::isDone);
        assertTrue(wrong.isCompletedExceptionally(), "it is reached there no more");
        CompletableFuture<VoterChange> added = voters.addVoter("node-4", Address.parse("node-4:7404"));
        await("it answers", added::isDone);
        assertTrue(added.join().changed());
        CompletableFuture<SafeToStop> may = processes.get("node-1").safeToStop("node-5");
        await("it answers", may::isDone);
        assertTrue(may.join().safe(), may.join().toString());
        CompletableFuture<Void> left = processes.get("node-5").leaveAsync();
        await("it leaves", left::isDone);
        left.join();
    }

    private void moves(String id, int port) {
        SimulatedNode machine = machines.get(id);
        processes.get(id).stop();
        await("it has stopped", () -> !machine.running());
        start(id, Integer.parseInt(id.substring(5)), port);
        await("it is back", () -> processes.get(id).isReady());
        simulation.runFor(Duration.ofSeconds(5));
    }

    /** It was removed while it was away, and of those whom it knows nobody is left: the membership knows the others. */
    @Test
    void whoWasAwayWhenAllOthersWereReplacedIsTakenInByTheMembership() {
        settings = log -> log.autopilot(Autopilot.OFF);
        start(1, 3);
        await("they form a cluster", () -> processes.values().stream().allMatch(HaCluster::isReady));
        machines.get("node-3").kill();
        start(4, 6);
        await("three join", () -> List.of("node-4", "node-5", "node-6").stream()
                .allMatch(id -> processes.get(id).isReady()));
        replaced("node-3", "node-6");
        replaced("node-1", "node-4");
        replaced("node-2", "node-5");
        machines.get("node-1").kill();
        machines.get("node-2").kill();
        simulation.runFor(Duration.ofSeconds(30));
        start("node-3", 3);
        await("it is taken in as a learner", () -> processes.get("node-3").isReady());
        assertEquals(List.of("node-4", "node-5", "node-6"), voters());
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
