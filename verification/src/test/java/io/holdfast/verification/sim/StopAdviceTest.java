package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Explanation;
import io.holdfast.core.HaCluster;
import io.holdfast.core.SafeToStop;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What a cluster in trouble says of itself, and who may be stopped then; whoever is asked. */
class StopAdviceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What is agreed on has to be on each disk half a second later; it is looked at twice a second. */
    private static final Duration SOON = Duration.ofMillis(1_600);

    private final ScriptedCluster cluster = new ScriptedCluster();

    private HaCluster process(SimulatedNode machine) {
        return cluster.processes.get(machine.id());
    }

    private List<SimulatedNode> slaves() {
        SimulatedNode master = cluster.master();
        return cluster.machines.stream().filter(each -> !each.equals(master)).toList();
    }

    private SafeToStop ask(SimulatedNode asked, SimulatedNode about) {
        CompletableFuture<SafeToStop> answer = process(asked).safeToStop(about.id());
        assertTrue(cluster.simulation.runUntil(answer::isDone, Duration.ofSeconds(10)), "it always answers");
        return answer.join();
    }

    private void await(SimulatedNode asked, SimulatedNode about, Predicate<SafeToStop> wanted) {
        long tries = 0;
        SafeToStop last = ask(asked, about);
        while (!wanted.test(last)) {
            assertTrue(++tries < 600, "in vain; last " + last);
            cluster.simulation.runFor(Duration.ofMillis(100));
            last = ask(asked, about);
        }
    }

    private static Explanation.Finding finding(HaCluster process, String subject) {
        return process.explain().findings().stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow(() -> new AssertionError(process.explain().toString()));
    }

    @Test
    void aSlaveThatIsBehindCountsForNothing() {
        SimulatedNode master = cluster.master();
        SimulatedNode slow = slaves().get(0);
        SimulatedNode good = slaves().get(1);
        await(slow, good, SafeToStop::safe);
        await(good, master, SafeToStop::safe);
        slow.storage().stall(Duration.ofSeconds(40));
        cluster.write(process(master), 1_000, () -> false); // more than may be on its way
        await(good, master, answer -> !answer.safe());
        SafeToStop answer = ask(master, good);
        assertFalse(answer.safe());
        assertTrue(answer.reasons().toString().contains(slow.id() + " has the log up to"), answer.toString());
        assertTrue(ask(good, slow).safe(), "it is of no use as it is");
        assertEquals(
                Explanation.State.WAITING,
                finding(process(master), "slave " + slow.id()).state());
        await(slow, good, SafeToStop::safe);
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aSlaveWhoseDiskHangsCountsForNothingHoweverLittleIsWritten() {
        SimulatedNode master = cluster.master();
        SimulatedNode hung = slaves().get(0);
        SimulatedNode good = slaves().get(1);
        await(good, good, SafeToStop::safe);
        hung.storage().stall(Duration.ofSeconds(40));
        cluster.write(process(master), 3, () -> false); // far less than may be on its way
        cluster.simulation.runFor(SOON);
        assertFalse(ask(good, good).safe());
        SafeToStop answer = ask(master, good);
        assertFalse(answer.safe());
        assertTrue(answer.reasons().toString().contains(hung.id() + " has the log up to"), answer.toString());
        assertTrue(answer.reasons().toString().contains("was agreed on half a second ago"), answer.toString());
        assertFalse(ask(master, master).safe());
        assertTrue(ask(master, hung).safe());
        await(good, good, SafeToStop::safe);
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aMasterWhoseDiskHangsIsNoneOfTheGoodOnes() {
        SimulatedNode master = cluster.master();
        SimulatedNode slave = slaves().get(0);
        await(master, slave, SafeToStop::safe);
        master.storage().stall(Duration.ofSeconds(40));
        cluster.write(process(master), 3, () -> false); // the slaves agree on it
        cluster.simulation.runFor(SOON);
        assertFalse(ask(master, slave).safe());
        assertTrue(ask(master, slave).reasons().toString().contains(master.id() + " has the log up to"));
        assertTrue(ask(master, master).safe(), "the slaves have all of it");
        await(cluster.master(), slave, SafeToStop::safe);
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aSlaveWhoseDiskIsFullCountsForNothing() {
        SimulatedNode master = cluster.master();
        SimulatedNode full = slaves().get(0);
        SimulatedNode good = slaves().get(1);
        await(good, good, SafeToStop::safe);
        full.storage().capacity(full.storage().usedBytes());
        for (int i = 0; i < 10; i++) {
            cluster.write(process(master), 12, () -> false);
        }
        await(good, good, answer -> !answer.safe());
        await(master, good, answer -> answer.reasons().toString().contains("says that it is down"));
        assertTrue(ask(master, full).safe());
        full.storage().capacity(Long.MAX_VALUE);
        await(good, good, SafeToStop::safe);
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aMasterThatWasSuspendedTellsNobodyToStop() {
        SimulatedNode master = cluster.master();
        SimulatedNode slave = slaves().get(0);
        await(master, slave, SafeToStop::safe);
        master.pause(Duration.ofSeconds(30));
        cluster.simulation.runFor(Duration.ofSeconds(20));
        SafeToStop answer = ask(master, slave);
        assertFalse(answer.safe());
        assertTrue(answer.reasons().toString().contains("ms old, so it cannot tell"), answer.toString());
        await(master, slave, SafeToStop::safe);
        assertEquals(List.of(), cluster.simulation.failures());
    }

    @Test
    void aMasterThatIsAloneSaysSoAndMayNotBeStopped() {
        SimulatedNode master = cluster.master();
        slaves().forEach(SimulatedNode::kill);
        await(master, master, answer -> !answer.safe());
        HaCluster left = process(master);
        assertTrue(
                cluster.simulation.runUntil(
                        () -> finding(left, "master").state() == Explanation.State.BROKEN, PATIENCE),
                left.explain().toString());
        Explanation.Finding why = finding(left, "master");
        assertTrue(why.reason().contains("Of 3 voters 2 must agree, and this node reaches 1"), why.toString());
        assertTrue(why.whatToDo().startsWith("start 1 of "), why.toString());
        assertTrue(left.isLive(), "to start it anew would help nobody");
        cluster.machines.stream().filter(each -> !each.running()).forEach(cluster::start);
        cluster.await("all come back");
        await(cluster.master(), master, SafeToStop::safe);
        assertEquals(
                Explanation.State.OK,
                finding(process(cluster.master()), "master").state());
    }
}
