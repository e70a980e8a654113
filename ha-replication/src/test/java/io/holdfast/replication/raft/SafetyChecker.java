package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The properties of figure 3.2 of Ongaro's thesis, and what else may never happen, after every step of every node. A
 * batch's length stands for its content: tests give each proposal another.
 */
final class SafetyChecker implements RaftCluster.Observer {
    private record Id(long index, long term) {}

    private record Placed(BatchMeta batch, Id previous) {}

    private final RaftCluster cluster;
    private final int quorum;
    /** False if disks may lose what they have forced. */
    private final boolean honestDisks;

    private final Map<Long, String> leaders = new HashMap<>();
    private final Map<Id, Placed> placed = new HashMap<>();
    private final List<BatchMeta> committed = new ArrayList<>();
    private final Map<Long, Long> reads = new HashMap<>();

    SafetyChecker(RaftCluster cluster, boolean honestDisks) {
        this.cluster = cluster;
        this.quorum = cluster.nodes().size() / 2 + 1;
        this.honestDisks = honestDisks;
    }

    long committedIndex() {
        return committed.isEmpty() ? 0 : committed.get(committed.size() - 1).lastIndex();
    }

    /** A read begins: it must see all that is committed by now. */
    void readBegins(long id) {
        reads.put(id, committedIndex());
    }

    @Override
    public void stepped(TestNode node, RaftInput input, List<RaftEffect> effects) {
        for (RaftEffect effect : effects) {
            if (effect instanceof RaftEffect.Send send) {
                told(node, send.message(), send.to());
            } else if (effect instanceof RaftEffect.RoleChanged changed && changed.role() == RaftRole.LEADER) {
                elected(node, changed.term());
            } else if (effect instanceof RaftEffect.AppendProposed || effect instanceof RaftEffect.AppendReceived) {
                appended(node);
            } else if (effect instanceof RaftEffect.Committed commit) {
                committed(node, commit.index());
            } else if (effect instanceof RaftEffect.InstallSnapshot) {
                committed(node, node.raft().commitIndex());
            } else if (effect instanceof RaftEffect.ReadReady ready && reads.get(ready.id()) > ready.index()) {
                throw new AssertionError(
                        "a stale read: " + ready + ", but " + reads.get(ready.id()) + " was committed");
            }
        }
    }

    /** Persist before you tell. */
    private static void told(TestNode node, RaftMessage message, String to) {
        TestDisk disk = node.disk;
        boolean promised = true;
        if (message instanceof VoteReply reply && reply.granted()) {
            promised = disk.term() > reply.term()
                    || (disk.term() == reply.term() && disk.votedFor().equals(to));
        } else if (message instanceof VoteRequest request) {
            promised = disk.term() > request.term()
                    || (disk.term() == request.term() && disk.votedFor().equals(node.id));
        } else if (message instanceof AppendAccepted reply) {
            List<BatchMeta> forced = disk.forced();
            long durable = forced.isEmpty() ? 0 : forced.get(forced.size() - 1).lastIndex();
            promised = disk.term() >= reply.term() && durable >= reply.durable();
        }
        if (!promised) {
            throw new AssertionError(node.id + " told " + to + " " + message + ", but on its disk is term "
                    + disk.term() + ", vote '" + disk.votedFor() + "', log " + disk.forced());
        }
    }

    /** Election safety, and leader completeness. */
    private void elected(TestNode node, long term) {
        String other = leaders.putIfAbsent(term, node.id);
        if (other != null) {
            throw new AssertionError(node.id + " and " + other + " were both elected in term " + term);
        }
        List<BatchMeta> log = node.disk.written();
        if (log.size() < committed.size() || !log.subList(0, committed.size()).equals(committed)) {
            throw new AssertionError(
                    node.id + " leads term " + term + " with log " + log + ", but committed is " + committed);
        }
    }

    /** Log matching: who has an entry of a term has the same entry, and the same before it. */
    private void appended(TestNode node) {
        List<BatchMeta> log = node.disk.written();
        Id previous = new Id(0, 0);
        for (BatchMeta batch : log) {
            Id id = new Id(batch.firstIndex(), batch.term());
            Placed here = new Placed(batch, previous);
            Placed there = placed.putIfAbsent(id, here);
            if (there != null && !there.equals(here)) {
                throw new AssertionError(node.id + " has " + here + ", another " + there);
            }
            previous = id;
        }
        if (node.raft().lastIndex() != log.get(log.size() - 1).lastIndex()) {
            throw new AssertionError(
                    node.id + " believes that its log ends at " + node.raft().lastIndex() + ", not as " + log);
        }
    }

    /** State machine safety. */
    private void committed(TestNode node, long index) {
        List<BatchMeta> log = node.disk.written();
        for (int i = 0; i < log.size() && log.get(i).firstIndex() <= index; i++) {
            BatchMeta batch = log.get(i);
            if (batch.lastIndex() > index) {
                throw new AssertionError(node.id + " committed " + index + ", in the middle of " + batch);
            }
            if (i < committed.size()) {
                if (!committed.get(i).equals(batch)) {
                    throw new AssertionError(node.id + " committed " + batch + ", another " + committed.get(i));
                }
            } else {
                long copies = cluster.nodes().stream()
                        .filter(other -> other.disk.forced().contains(batch))
                        .count();
                if (honestDisks && copies < quorum) {
                    throw new AssertionError(node.id + " committed " + batch + ", which is on " + copies + " disks");
                }
                committed.add(batch);
            }
        }
    }
}
