package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.VoterChange;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.Voters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster grows, shrinks and replaces its voters while it is written to. */
@Timeout(600)
class VotersTest {
    private static final int NODES = 5;

    private final Map<String, HaCluster> running = new TreeMap<>();
    private String[] addresses = {};

    @TempDir
    Path directory;

    @BeforeEach
    void begin() throws Exception {
        addresses = Loopback.freeTexts(NODES).toArray(String[]::new);
        for (int i = 1; i <= 3; i++) {
            start(i);
        }
        running.values().forEach(node -> node.awaitReady(Waiting.PATIENCE));
        // A change is refused while too few are known to have the log, and the master has just been elected.
        eventually(
                "the master has heard all",
                () -> voters(node("node-1")).list().get().members().stream().allMatch(VoterList.Member::caughtUp),
                () -> voters(node("node-1")).list().get());
    }

    @AfterEach
    void stop() {
        running.values().forEach(HaCluster::close);
    }

    private HaCluster start(int number) {
        String id = "node-" + number;
        LogReplication log = LogReplication.inDirectory(directory.resolve(id)).segmentBytes(1 << 20);
        log = number <= 3
                ? log.bootstrap("node-1@" + addresses[0], "node-2@" + addresses[1], "node-3@" + addresses[2])
                : log.join(addresses[0], addresses[1]);
        HaCluster node = HaCluster.builder("shop")
                .node(Node.of(id).bind(addresses[number - 1]))
                .onMaster(grant -> {})
                .with(log)
                .start();
        running.put(id, node);
        return node;
    }

    private HaCluster node(String id) {
        return running.get(id);
    }

    private static ReplicatedMap<String, String> map(HaCluster node) {
        return ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
    }

    private static Voters voters(HaCluster node) {
        return LogReplication.voters(node);
    }

    private String master() throws Exception {
        eventually("somebody is master", () -> node("node-1").master().isPresent(), () -> "nobody");
        return node("node-1").master().orElseThrow().nodeId();
    }

    private static Throwable failure(CompletableFuture<?> future) {
        return assertThrows(CompletionException.class, future::join).getCause();
    }

    @Test
    void aClusterGrowsShrinksAndIsLeft() throws Exception {
        ReplicatedMap<String, String> orders = map(node("node-1"));
        for (int i = 0; i < 200; i++) {
            orders.put("a-" + i, "paid");
        }
        HaCluster fourth = start(4);
        fourth.awaitReady(Waiting.PATIENCE);
        VoterList list = voters(fourth).list().get();
        assertEquals(List.of("node-1", "node-2", "node-3"), list.voters());
        assertEquals(
                List.of(VoterList.State.LEARNER),
                list.members().stream()
                        .filter(member -> member.nodeId().equals("node-4"))
                        .map(VoterList.Member::state)
                        .toList());
        assertEquals("paid", map(fourth).get("a-199"));

        VoterChange would = voters(fourth).dryRun().addVoter("node-4").get();
        assertFalse(would.changed());
        assertInstanceOf(
                ChangeRefusedException.class,
                failure(voters(fourth).addVoter("node-4", Address.parse("127.0.0.1:1"))),
                "it is reached elsewhere");
        VoterChange added =
                voters(fourth).addVoter("node-4", Address.parse(addresses[3])).get();
        assertTrue(added.changed());
        assertEquals(4, added.voters().size());
        assertTrue(added.index() > 0);
        assertFalse(voters(node("node-2")).addVoter("node-4").get().changed(), "it has its vote already");

        // One that waits for a node that comes later.
        var fifth = voters(node("node-1")).addVoter("node-5");
        start(5);
        assertEquals(5, fifth.get().voters().size());

        // The master leaves: others go on with four voters, and it comes back without a vote.
        String master = master();
        orders = map(node(master.equals("node-5") ? "node-4" : "node-5"));
        node(master).leave();
        running.remove(master);
        orders.put("b", "paid");
        HaCluster any = running.values().iterator().next();
        assertEquals(4, voters(any).list().get().voters().size());
        int number = Integer.parseInt(master.substring(5));
        HaCluster back = start(number);
        back.awaitReady(Waiting.PATIENCE);
        assertEquals(4, voters(back).list().get().voters().size());
        assertEquals("paid", map(back).get("b"));
        assertTrue(voters(back).addVoter(master).get().changed());
        assertEquals(5, voters(back).list().get().voters().size());
    }

    @Test
    void whatTheClusterWouldNotSurviveIsRefused() throws Exception {
        ReplicatedMap<String, String> orders = map(node("node-1"));
        orders.put("a", "1");
        String master = master();
        String dead = master.equals("node-3") ? "node-2" : "node-3";
        String alive = List.of("node-1", "node-2", "node-3").stream()
                .filter(id -> !id.equals(dead) && !id.equals(master))
                .findFirst()
                .orElseThrow();
        node(dead).close();
        running.remove(dead);
        Voters asked = voters(node(alive)).within(Waiting.PATIENCE);
        eventually(
                "its death is noticed",
                () -> asked.list().get().members().stream()
                        .anyMatch(member -> member.nodeId().equals(dead) && !member.caughtUp()),
                () -> asked.list().get());
        Throwable refused = failure(asked.removeVoter(alive));
        assertInstanceOf(ChangeRefusedException.class, refused);
        assertTrue(String.valueOf(refused.getMessage()).contains(dead), refused.getMessage());
        assertInstanceOf(ChangeRefusedException.class, assertThrows(RuntimeException.class, () -> node(alive)
                .leave()));
        assertTrue(node(alive).isReady(), "it goes on");
        AtomicReference<String> late = new AtomicReference<>("");
        eventually(
                "it says that node-4 has not joined",
                () -> {
                    Throwable notYet =
                            failure(asked.within(Duration.ofSeconds(3)).addVoter("node-4"));
                    assertInstanceOf(NotAvailableException.class, notYet);
                    late.set(String.valueOf(notYet.getMessage()));
                    return late.get().contains("join");
                },
                late::get);

        // The dead one is replaced, and a second death is survived.
        start(4);
        assertEquals(3, asked.replaceVoter(dead, "node-4").get().voters().size());
        assertFalse(asked.list().get().voters().contains(dead));
        node(alive).close();
        running.remove(alive);
        map(node("node-4")).put("b", "2");
        assertEquals("1", map(node(master)).get("a"));
    }

    @Test
    void aRemovedNodeIsToldAndAnotherClustersNodeIsNotTakenIn() throws Exception {
        String master = master();
        String removed = master.equals("node-3") ? "node-2" : "node-3";
        assertTrue(voters(node("node-1")).removeVoter(removed).get().changed());
        eventually("it knows", () -> node(removed).whyNotReady().contains("was removed"), () -> node(removed)
                .whyNotReady());
        HaCluster other = HaCluster.builder("another")
                .node(Node.of("node-4").bind(addresses[3]))
                .with(LogReplication.inDirectory(directory.resolve("other")).join(addresses[0]))
                .start();
        running.put("node-4", other);
        eventually("it says why", () -> other.whyNotReady().contains("shop"), other::whyNotReady);
        assertEquals(2, voters(node(master)).list().get().members().size());
        assertEquals(master, master());
    }
}
