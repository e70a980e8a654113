package io.holdfast.replication.raft;

import io.holdfast.core.Address;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.RaftInput.Received;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Voters without threads, sockets and files: the clock is a number, messages lie in a list until they are delivered,
 * dropped or copied, and each disk does what the test says. Voters that are not started are played by the test.
 */
final class RaftCluster {
    static final long MS = 1_000_000;
    static final long HEARTBEAT = 100 * MS;
    static final long ELECTION_TIMEOUT = 1_000 * MS;
    static final long STAGGER = 20 * MS;
    static final int MAX_APPEND_BYTES = 1_000;
    static final long MAX_INFLIGHT_BYTES = 4_000;
    static final long SNAPSHOT_BYTES = 100;
    private static final int CHUNK_BYTES = 40;
    private static final int MAX_DELIVERIES = 50_000;

    /** A message on its way. */
    record Envelope(String from, String to, RaftMessage message) {}

    /** Sees each input and its effects, when these have been run. */
    interface Observer {
        void stepped(TestNode node, RaftInput input, List<RaftEffect> effects);
    }

    final List<Envelope> network = new ArrayList<>();
    private final TreeMap<String, TestNode> nodes = new TreeMap<>();
    /** What the snapshots at an index stand for. */
    private final Map<Long, List<BatchMeta>> snapshots = new TreeMap<>();

    private final Set<String> cuts = new TreeSet<>();
    private final Set<String> gone = new TreeSet<>();
    /** Who has written down that there are others. */
    private final Set<String> shared = new TreeSet<>();

    private final List<Observer> observers = new ArrayList<>();
    /** Who belongs to the group at the beginning. */
    private final Configuration base;
    /** What the batches hold that hold a configuration. */
    private final Map<BatchMeta, Configuration> configurations = new HashMap<>();

    private long now;
    private long leaseNanos;
    private long stopWithinNanos;
    private final Map<String, Long> ownStopWithin = new TreeMap<>();
    private final Map<String, Integer> levels = new TreeMap<>();
    private boolean records = true;

    RaftCluster(String... ids) {
        this(0, ids);
    }

    RaftCluster(long seed, String... ids) {
        this(seed, configuration(ids), ids);
    }

    RaftCluster(Configuration base, String... ids) {
        this(0, base, ids);
    }

    private RaftCluster(long seed, Configuration base, String... ids) {
        this.base = base;
        for (String id : new TreeSet<>(List.of(ids))) {
            nodes.put(id, new TestNode(id, seed * 31 + nodes.size()));
        }
    }

    /** These vote. */
    static Configuration configuration(String... ids) {
        return Configuration.of(Arrays.stream(ids).map(RaftCluster::voter).toList());
    }

    /** What a name stands for: a node, or {@code node/disk}. */
    static Voter voter(String id) {
        String node = Voter.nodeOf(id);
        UUID disk = node.equals(id) ? new UUID(0, 0) : UUID.fromString(id.substring(node.length() + 1));
        return new Voter(node, disk, new Address(node, 1));
    }

    Configuration base() {
        return base;
    }

    /** The node comes back with an empty disk, under a name of its own; its former self never does. */
    String exchangeDisk(String id) {
        if (node(id).running()) {
            crash(id);
        }
        gone.add(id);
        return join(Voter.nodeOf(id), nodes.size());
    }

    /** A node comes with an empty disk. */
    String join(String nodeId, long disk) {
        TestNode fresh = newcomer(nodeId, disk);
        fresh.disk.hardState(0, "");
        return join(fresh);
    }

    /** A node comes with the state after these batches on its disk, which nobody has sent it. */
    String join(String nodeId, long disk, List<BatchMeta> seed) {
        TestNode fresh = newcomer(nodeId, disk);
        fresh.disk.hardState(seed.get(seed.size() - 1).term(), "");
        fresh.disk.take(seed, SNAPSHOT_BYTES);
        fresh.disk.seeded = true;
        return join(fresh);
    }

    /** The same with more of the log behind it. */
    String join(String nodeId, long disk, List<BatchMeta> seed, List<BatchMeta> log) {
        TestNode fresh = newcomer(nodeId, disk);
        fresh.disk.hardState(log.get(log.size() - 1).term(), "");
        fresh.disk.take(seed, SNAPSHOT_BYTES);
        fresh.disk.install(log);
        fresh.disk.dropUpTo(seed.get(seed.size() - 1));
        fresh.disk.seeded = true;
        return join(fresh);
    }

    private TestNode newcomer(String nodeId, long disk) {
        return new TestNode(Voter.id(nodeId, new UUID(7, disk)), nodes.size());
    }

    private String join(TestNode fresh) {
        nodes.put(fresh.id, fresh);
        start(fresh.id);
        linkAll();
        return fresh.id;
    }

    /** Links stand between all who run. */
    void linkAll() {
        for (String one : nodes.keySet()) {
            for (String other : nodes.keySet()) {
                if (!one.equals(other) && node(one).running() && node(other).running()) {
                    step(one, new RaftInput.PeerUp(other));
                }
            }
        }
    }

    /** Those whose disk was not taken away. */
    Collection<TestNode> present() {
        return nodes.values().stream().filter(node -> !gone.contains(node.id)).toList();
    }

    /** True if some node knows that this one has its vote and nobody else's change is under way. */
    boolean isDecided(String id) {
        return nodes.values().stream().filter(TestNode::running).anyMatch(node -> {
            Configuration current = node.raft().configuration();
            return current.equals(Configuration.of(current.voters()))
                    && current.voters().stream().anyMatch(voter -> voter.id().equals(id))
                    && current.equals(configurationAt(node.raft().commitIndex(), node.disk.written()));
        });
    }

    private Configuration configurationAt(long index, List<BatchMeta> log) {
        Configuration found = base;
        for (BatchMeta batch : log) {
            if (batch.lastIndex() <= index) {
                found = configurations.getOrDefault(batch, found);
            }
        }
        return found;
    }

    /** Three voters that run, of which {@code a} leads and has committed one entry of its term. */
    static RaftCluster ledByA() {
        RaftCluster cluster = new RaftCluster("a", "b", "c").start();
        cluster.elect("a");
        cluster.propose("a", 100);
        cluster.settle();
        cluster.run(HEARTBEAT / MS);
        return cluster;
    }

    /** From now on the test says what is recorded. */
    void recordsNothing() {
        records = false;
    }

    /** Voters that are started from now on use leases of that length. */
    RaftCluster leases(long nanos) {
        leaseNanos = nanos;
        return this;
    }

    /** Voters that are started from now on may take so long to stop acting as master. */
    RaftCluster stopWithin(long nanos) {
        stopWithinNanos = nanos;
        return this;
    }

    /** This one may take so long, from its next start on. */
    RaftCluster stopWithin(String id, long nanos) {
        ownStopWithin.put(id, nanos);
        return this;
    }

    /** This one supports the log up to that level, from its next start on. */
    RaftCluster supporting(String id, int level) {
        levels.put(id, level);
        return this;
    }

    void observe(Observer observer) {
        observers.add(observer);
    }

    RaftConfig config(String self) {
        return new RaftConfig(
                self,
                voter(self),
                shared.contains(self),
                HEARTBEAT,
                ELECTION_TIMEOUT,
                STAGGER,
                leaseNanos,
                leaseNanos > 0,
                ownStopWithin.getOrDefault(self, stopWithinNanos),
                MAX_APPEND_BYTES,
                MAX_INFLIGHT_BYTES,
                levels.getOrDefault(self, FeatureLevel.BASE));
    }

    Collection<TestNode> nodes() {
        return nodes.values();
    }

    TestNode node(String id) {
        return nodes.get(id);
    }

    TestDisk disk(String id) {
        return node(id).disk;
    }

    Raft raft(String id) {
        return node(id).raft();
    }

    long now() {
        return now;
    }

    RaftCluster start() {
        nodes.keySet().forEach(this::start);
        return this;
    }

    /** Starts, or restarts with what its disk has. */
    List<RaftEffect> start(String id) {
        TestNode node = node(id);
        SnapshotMark snapshot = node.disk.snapshot();
        long from = snapshot == null ? 0 : snapshot.index();
        Membership members = new Membership(id, from, configurationAt(from, snapshots.getOrDefault(from, List.of())));
        if (base.members().size() > 1 || !node.id.equals(base.voters().get(0).id())) {
            shared.add(id);
        }
        node.open(config(id), members, configurations);
        List<RaftEffect> effects = new ArrayList<>(step(id, new RaftInput.Started()));
        if (records) {
            step(id, new RaftInput.ConfigurationRecorded(raft(id).configuration()));
        }
        SnapshotMark mark = disk(id).snapshot();
        if (mark != null) {
            effects.addAll(step(id, new RaftInput.SnapshotTaken(mark.index(), mark.term(), mark.bytes())));
        }
        return effects;
    }

    /** What is not forced is gone, and so is what was on its way to it. */
    void crash(String id) {
        node(id).crash();
        drop(envelope -> envelope.to().equals(id));
    }

    void restart(String id) {
        crash(id);
        start(id);
    }

    /** Gives one input, and then what the disk completes by itself; returns all effects. */
    List<RaftEffect> step(String id, RaftInput input) {
        TestNode node = node(id);
        List<RaftEffect> all = new ArrayList<>();
        ArrayDeque<RaftInput> inputs = new ArrayDeque<>(List.of(input));
        while (!inputs.isEmpty()) {
            RaftInput next = inputs.remove();
            List<RaftEffect> effects = List.copyOf(node.raft().step(now, next));
            effects.forEach(effect -> run(node, next, effect, inputs));
            observers.forEach(observer -> observer.stepped(node, next, effects));
            all.addAll(effects);
            inputs.addAll(node.disk.completed());
        }
        return all;
    }

    private void run(TestNode node, RaftInput cause, RaftEffect effect, ArrayDeque<RaftInput> inputs) {
        if (effect instanceof RaftEffect.Send send) {
            network.add(new Envelope(node.id, send.to(), send.message()));
        } else if (effect instanceof RaftEffect.SaveHardState save) {
            node.disk.save(save);
        } else if (effect instanceof RaftEffect.AppendProposed append) {
            node.disk.append(append.batch());
        } else if (effect instanceof RaftEffect.ConfigurationChanged changed) {
            if (changed.configuration().members().size() > 1) {
                shared.add(node.id);
            }
            if (records) {
                inputs.add(new RaftInput.ConfigurationRecorded(changed.configuration()));
            }
        } else if (effect instanceof RaftEffect.AppendConfiguration append) {
            configurations.put(append.batch(), append.configuration());
            node.disk.append(append.batch());
        } else if (effect instanceof RaftEffect.AppendReceived append) {
            boolean atHand = cause instanceof Received received
                    && received.message() instanceof RaftMessage.AppendRequest request
                    && request.batches().contains(append.batch());
            if (!atHand) {
                throw new IllegalStateException(append + " is not in the message at hand: " + cause);
            }
            node.disk.append(append.batch());
        } else if (effect instanceof RaftEffect.TruncateLog truncate) {
            node.disk.truncate(truncate.fromIndex());
        } else if (effect instanceof RaftEffect.SetTimer timer) {
            node.timerAtNanos = timer.atNanos();
        } else if (effect instanceof RaftEffect.DoubtSettled) {
            node.disk.settle();
        } else if (effect instanceof RaftEffect.FetchSnapshot offer) {
            node.fetch(offer);
            inputs.add(new RaftInput.SnapshotFetched(offer.index(), node.fetchedBytes));
        } else if (effect instanceof RaftEffect.StoreChunk chunk) {
            List<RaftInput> said = node.stored(chunk);
            if (said.stream().anyMatch(RaftInput.SnapshotStored.class::isInstance)) {
                node.disk.take(snapshots.get(chunk.index()), SNAPSHOT_BYTES);
            }
            for (RaftInput input : said) {
                inputs.add(
                        input instanceof RaftInput.SnapshotStored stored
                                ? new RaftInput.SnapshotStored(
                                        stored.index(),
                                        stored.term(),
                                        stored.bytes(),
                                        configurationAt(stored.index(), snapshots.get(stored.index())))
                                : input);
            }
        } else if (effect instanceof RaftEffect.SendChunk request) {
            SnapshotMark mark = node.disk.snapshot();
            if (mark == null || mark.index() != request.index()) {
                inputs.add(new RaftInput.SnapshotGone(request.to(), request.index()));
            } else {
                int length = (int) Math.min(CHUNK_BYTES, mark.bytes() - request.offset());
                RaftMessage chunk =
                        new RaftMessage.SnapshotChunk(request.term(), request.index(), request.offset(), length);
                network.add(new Envelope(node.id, request.to(), chunk));
            }
        } else if (effect instanceof RaftEffect.InstallSnapshot snapshot) {
            node.disk.install(snapshots.get(snapshot.index()));
        }
        // The others are words to the user, which tests take from what step returns.
    }

    /** Lets {@code to} receive this message now. */
    List<RaftEffect> hear(String from, String to, RaftMessage message) {
        return step(to, new Received(from, message));
    }

    List<RaftEffect> propose(String id, int bytes) {
        return step(id, new RaftInput.Proposed(1, bytes));
    }

    /** This node takes a snapshot of all that it knows to be committed. */
    void snapshot(String id) {
        long index = raft(id).commitIndex();
        List<BatchMeta> content = new ArrayList<>(disk(id).written());
        content.removeIf(batch -> batch.lastIndex() > index);
        snapshots.put(index, List.copyOf(content));
        SnapshotMark mark = disk(id).take(content, SNAPSHOT_BYTES);
        step(id, new RaftInput.SnapshotTaken(mark.index(), mark.term(), mark.bytes()));
    }

    /** Its log begins after this index from now on, the last one of a batch. */
    void compact(String id, long index) {
        disk(id).dropUpTo(disk(id).written().stream()
                .filter(batch -> batch.lastIndex() == index)
                .findFirst()
                .orElseThrow());
        step(id, new RaftInput.LogDropped(index));
    }

    List<RaftEffect> read(String id, long readId) {
        return step(id, new RaftInput.ReadRequested(List.of(readId)));
    }

    List<RaftEffect> save(String id) {
        return step(id, disk(id).completeSave());
    }

    List<RaftEffect> force(String id) {
        return step(id, disk(id).completeForce());
    }

    // ---- time

    /** Moves the clock alone: nobody's timer fires, as if all stood still. */
    void stand(long millis) {
        now += millis * MS;
    }

    /** Moves the clock to this node's timer, if that is ahead, and fires it. */
    List<RaftEffect> fire(String id) {
        TestNode node = node(id);
        if (node.timerAtNanos == TestNode.NO_TIMER) {
            throw new IllegalStateException(id + " has no timer");
        }
        now = Math.max(now, node.timerAtNanos);
        node.timerAtNanos = TestNode.NO_TIMER;
        return step(id, new RaftInput.TimerFired());
    }

    /** Fires this node's timer, which may have been set for less, until it asks for pre-votes. */
    void timeOut(String id) {
        for (int i = 0; i < 20; i++) {
            if (only(fire(id), RaftEffect.Send.class).stream()
                    .anyMatch(send -> send.message() instanceof RaftMessage.PreVoteRequest)) {
                return;
            }
        }
        throw new IllegalStateException(id + " asks nobody for a pre-vote");
    }

    /** Lets time pass and timers fire, but delivers nothing. */
    void pass(long millis) {
        advance(millis, false);
    }

    /** Lets time pass, timers fire, and each message arrive at once. */
    void run(long millis) {
        advance(millis, true);
    }

    private void advance(long millis, boolean deliver) {
        long end = now + millis * MS;
        for (int i = 0; i < MAX_DELIVERIES; i++) {
            TestNode next = null;
            for (TestNode node : nodes.values()) {
                boolean due = node.running() && !node.paused && node.timerAtNanos <= end;
                if (due && (next == null || node.timerAtNanos < next.timerAtNanos)) {
                    next = node;
                }
            }
            if (next == null) {
                now = end;
                return;
            }
            fire(next.id);
            if (deliver) {
                settle();
            }
        }
        throw new IllegalStateException("timers fire for ever at " + now);
    }

    /** Makes this node the leader: its timer fires before any other's, and all others agree. */
    void elect(String id) {
        for (int i = 0; i < 20 && raft(id).role() != RaftRole.LEADER; i++) {
            stand(ELECTION_TIMEOUT / MS);
            fire(id);
            settle();
        }
        if (raft(id).role() != RaftRole.LEADER) {
            throw new IllegalStateException(id + " was not elected");
        }
    }

    // ---- the network

    /** Delivers what is on its way, and what that causes, until nothing is. What was sent to a crashed node is lost. */
    void settle() {
        deliver(envelope -> true);
    }

    /** Delivers all messages that match, in order, also those sent meanwhile. */
    void deliver(Predicate<Envelope> wanted) {
        for (int i = 0; i < MAX_DELIVERIES; i++) {
            Envelope next = null;
            for (Iterator<Envelope> all = network.iterator(); all.hasNext() && next == null; ) {
                Envelope envelope = all.next();
                TestNode to = node(envelope.to());
                if (wanted.test(envelope) && (to == null || !to.paused)) {
                    all.remove();
                    next = envelope;
                }
            }
            if (next == null) {
                return;
            }
            deliver(next);
        }
        throw new IllegalStateException("the voters do not stop talking; on its way is " + network);
    }

    /** Delivers this message, unless its receiver is down or out of reach. */
    void deliver(Envelope envelope) {
        boolean cut = cuts.contains(envelope.from() + ">" + envelope.to());
        TestNode to = node(envelope.to());
        if (!cut && to != null && to.running()) {
            hear(envelope.from(), envelope.to(), envelope.message());
        }
    }

    void drop(Predicate<Envelope> unwanted) {
        network.removeIf(unwanted);
    }

    /** Nothing from one reaches the other; the other direction works. */
    void cut(String from, String to) {
        cuts.add(from + ">" + to);
    }

    /** Nothing leaves or reaches this node. */
    void isolate(String id) {
        for (String other : nodes.keySet()) {
            cut(id, other);
            cut(other, id);
        }
    }

    void heal() {
        cuts.clear();
    }

    /** Takes all messages of a kind that a node has sent off the network. */
    <M extends RaftMessage> List<M> sent(String from, Class<M> kind) {
        List<M> found = new ArrayList<>();
        network.removeIf(envelope -> envelope.from().equals(from)
                && kind.isInstance(envelope.message())
                && found.add(kind.cast(envelope.message())));
        return found;
    }

    /** The same, but only to one receiver. */
    <M extends RaftMessage> List<M> sent(String from, String to, Class<M> kind) {
        List<M> found = new ArrayList<>();
        network.removeIf(envelope -> envelope.from().equals(from)
                && envelope.to().equals(to)
                && kind.isInstance(envelope.message())
                && found.add(kind.cast(envelope.message())));
        return found;
    }

    /** The node that leads in the highest term, or null. */
    TestNode leader() {
        TestNode leader = null;
        for (TestNode node : nodes.values()) {
            boolean leads = node.running() && node.raft().role() == RaftRole.LEADER;
            if (leads && (leader == null || node.raft().term() > leader.raft().term())) {
                leader = node;
            }
        }
        return leader;
    }

    /** The effects of a kind. */
    static <E extends RaftEffect> List<E> only(List<RaftEffect> effects, Class<E> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
