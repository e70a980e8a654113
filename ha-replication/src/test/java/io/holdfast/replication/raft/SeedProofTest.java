package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftEffect.FetchSnapshot;
import io.holdfast.replication.raft.RaftEffect.SeedRefuted;
import io.holdfast.replication.raft.RaftEffect.Send;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A node comes with a state that nobody of the group has sent it, and is one of them once a leader has the same entry at its end. */
class SeedProofTest {
    private final RaftCluster cluster = RaftCluster.ledByA();
    private final List<RaftEffect> byNewcomer = new ArrayList<>();
    private final Map<String, List<AppendRequest>> received = new TreeMap<>();

    private List<BatchMeta> fiveEntries() {
        for (int i = 0; i < 5; i++) {
            cluster.propose("a", 100);
            cluster.settle();
        }
        cluster.run(200);
        cluster.observe((node, input, effects) -> {
            if (node.id.startsWith("d/")) {
                byNewcomer.addAll(effects);
            }
            if (input instanceof RaftInput.Received got && got.message() instanceof AppendRequest request) {
                received.computeIfAbsent(node.id, id -> new ArrayList<>()).add(request);
            }
        });
        return cluster.disk("a").forced();
    }

    private void writeOn(String leader, int entries) {
        for (int i = 0; i < entries; i++) {
            cluster.propose(leader, 100);
            cluster.settle();
        }
        cluster.run(4_000);
    }

    private static List<BatchMeta> endingIn(List<BatchMeta> log, int count, long term) {
        List<BatchMeta> other = new ArrayList<>(log.subList(0, count - 1));
        other.add(new BatchMeta(log.get(count - 1).firstIndex(), 1, term, 100));
        return other;
    }

    private void assertRefuted(String newcomer, long at, long term) {
        List<SeedRefuted> refuted = only(byNewcomer, SeedRefuted.class);
        assertEquals(1, refuted.size(), byNewcomer.toString());
        assertEquals(at, refuted.get(0).index());
        assertEquals(term, refuted.get(0).term());
        assertEquals(at, cluster.raft(newcomer).lastIndex(), "it has stored something");
        assertEquals(List.of(), only(byNewcomer, RaftEffect.AppendReceived.class));
        assertTrue(
                only(byNewcomer, Send.class).stream()
                        .noneMatch(send -> send.message() instanceof AppendAccepted told && told.durable() > 0),
                "somebody may have counted on it");
    }

    @Test
    void whatTheLeaderHasTheSameEndOfIsGoneOnFrom() {
        List<BatchMeta> log = fiveEntries();
        String d = cluster.join("d", 4, log.subList(0, 3));
        cluster.run(4_000);
        assertEquals(cluster.raft("a").lastIndex(), cluster.raft(d).lastIndex());
        assertEquals(cluster.disk("a").forced(), cluster.disk(d).forced());
        assertEquals(List.of(), only(byNewcomer, SeedRefuted.class));
        cluster.restart(d);
        cluster.linkAll();
        writeOn("a", 1);
        assertEquals(cluster.disk("a").forced(), cluster.disk(d).forced());
        assertEquals(List.of(), only(byNewcomer, FetchSnapshot.class));
    }

    /** The archive spares the leader all that is in it. */
    @Test
    void whatItHasOfTheLogBehindItIsNotSentAgain() {
        List<BatchMeta> log = fiveEntries();
        writeOn("a", 3);
        String d = cluster.join("d", 4, log.subList(0, 2), log);
        cluster.cut("a", d); // it belongs to the group before it is reached
        cluster.run(4_000);
        cluster.heal();
        cluster.step("a", new RaftInput.PeerUp(d));
        cluster.run(4_000);
        assertEquals(cluster.disk("a").forced(), cluster.disk(d).forced());
        assertEquals(List.of(), only(byNewcomer, SeedRefuted.class));
        assertEquals(
                List.of(), sentTo(d).filter(batch -> batch.lastIndex() <= 5).toList());
        assertTrue(cluster.raft("a").matches().get(d) >= 8);
    }

    private Stream<BatchMeta> sentTo(String node) {
        return received.getOrDefault(node, List.of()).stream().flatMap(request -> request.batches().stream());
    }

    /** What it has of it may be another log's although the state is of this one: it is cut, as from any follower. */
    @Test
    void whatItHasOfAnotherLogBehindItGivesWay() {
        List<BatchMeta> log = fiveEntries();
        writeOn("a", 3);
        List<BatchMeta> other = new ArrayList<>(log.subList(0, 3));
        other.add(new BatchMeta(4, 1, log.get(2).term() + 1, 100));
        String d = cluster.join("d", 4, log.subList(0, 2), other);
        cluster.run(10_000);
        writeOn(cluster.leader().id, 1);
        assertEquals(cluster.disk(cluster.leader().id).forced(), cluster.disk(d).forced());
        assertEquals(List.of(), only(byNewcomer, SeedRefuted.class));
    }

    @Test
    void whatEndsInAnEntryOfAnEarlierTermIsRefuted() {
        List<BatchMeta> log = fiveEntries();
        String d = cluster.join("d", 4, endingIn(log, 3, 1));
        cluster.run(4_000);
        writeOn("a", 2);
        assertRefuted(d, log.get(2).lastIndex(), 1);
    }

    @Test
    void whatEndsInAnEntryOfALaterTermIsRefuted() {
        List<BatchMeta> log = fiveEntries();
        long later = log.get(2).term() + 1;
        String d = cluster.join("d", 4, endingIn(log, 3, later));
        cluster.run(10_000);
        writeOn(cluster.leader().id, 2);
        assertRefuted(d, log.get(2).lastIndex(), later);
    }

    /** Nobody can say yet what it is worth: it waits, with its link standing, and is compared then. */
    @Test
    void whatGoesFurtherThanTheLeadersLogIsComparedWhenThatHasCome() {
        List<BatchMeta> log = new ArrayList<>(fiveEntries());
        long term = log.get(0).term() + 1;
        for (long index = log.size() + 1L; index <= 12; index++) {
            log.add(new BatchMeta(index, 1, term, 100));
        }
        String d = cluster.join("d", 4, log);
        cluster.run(10_000);
        assertEquals(List.of(), only(byNewcomer, SeedRefuted.class));
        assertFalse(
                only(byNewcomer, Send.class).stream().anyMatch(send -> send.message() instanceof AppendAccepted),
                "what it has is taken for the leader's");
        writeOn(cluster.leader().id, 12);
        assertRefuted(d, 12, term);
    }

    @Test
    void whoAsksBelowItIsSentOnBehindIt() {
        List<BatchMeta> log = fiveEntries();
        String d = cluster.join("d", 4, log.subList(0, 3));
        cluster.network.clear();
        long term = cluster.raft("a").term();
        long end = cluster.raft("a").lastIndex();
        AppendAccepted goOn = new AppendAccepted(term, 3, 0);
        cluster.hear("a", d, new RaftMessage.Heartbeat(term, end, end, 1));
        AppendRequest low = new AppendRequest(term, 0, 0, end, log.subList(0, 1));
        assertEquals(List.of(new Send("a", goOn)), only(cluster.hear("a", d, low), Send.class));
        SnapshotOffer offer = new SnapshotOffer(term, 2, log.get(1).term(), 100);
        assertEquals(List.of(new Send("a", goOn)), only(cluster.hear("a", d, offer), Send.class));
        assertEquals(3, cluster.raft(d).lastIndex());

        AppendRequest over = new AppendRequest(term, 0, 0, end, log.subList(0, 4));
        List<RaftEffect> effects = cluster.hear("a", d, over);
        assertEquals(
                1,
                only(effects, RaftEffect.AppendReceived.class).size(),
                "it goes over the end, and is the same there");
        assertEquals(4, cluster.raft(d).lastIndex());
    }

    @Test
    void aSnapshotOfTheLeadersThatEndsThereIsComparedAndALaterOneTakesItsPlace() {
        List<BatchMeta> log = fiveEntries();
        long term = cluster.raft("a").term();
        String d = cluster.join("d", 4, log.subList(0, 3));
        List<RaftEffect> later =
                cluster.hear("a", d, new SnapshotOffer(term, 5, log.get(4).term(), 100));
        assertEquals(1, only(later, FetchSnapshot.class).size());
        cluster.hear("a", d, new SnapshotOffer(term, 3, log.get(2).term() + 7, 100));
        assertRefuted(d, 3, log.get(2).term());
    }
}
