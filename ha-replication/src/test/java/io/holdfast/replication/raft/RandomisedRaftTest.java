package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Messages in any order, lost and copied, slow disks, crashes, pauses and cut links, by seed; first for safety, then, with
 * all faults off, for liveness. A failure names its seed: {@code -Draft.seed=N} runs that one alone.
 */
class RandomisedRaftTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 4_000;
    private static final int MAX_UNDERWAY = 100;

    @Test
    void noOrderOfEventsBreaksSafetyAndWithoutFaultsALeaderCommits() {
        Long only = Long.getLong("raft.seed");
        long committed = 0;
        long exchanged = 0;
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            try {
                Run run = new Run(seed);
                committed += run.run();
                exchanged += run.exchanged;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(only != null || exchanged > SEEDS / 5L, "disks are exchanged: " + exchanged);
        assertTrue(only != null || committed > SEEDS * 5L, "the faults leave room for work: " + committed);
    }

    /** One cluster's life. What goes wrong, and how often, is drawn per seed. */
    private static final class Run {
        private final SplittableRandom random;
        private final RaftCluster cluster;
        private final SafetyChecker checker;
        private final List<String> ids;
        private final boolean damage;
        private final boolean exchanges;
        private String lastExchanged = "";
        private final int loss;
        private final int crashes;
        private final int cuts;
        private final int pauses;
        private long unique = 1;
        private int exchanged;

        Run(long seed) {
            random = new SplittableRandom(seed);
            ids = new ArrayList<>(seed % 2 == 0 ? List.of("a", "b", "c") : List.of("a", "b", "c", "d", "e"));
            cluster = new RaftCluster(seed, ids.toArray(String[]::new));
            damage = seed % 4 >= 2;
            exchanges = !damage && seed % 8 >= 4;
            checker = new SafetyChecker(cluster, !damage);
            cluster.observe(checker);
            loss = random.nextInt(3) * 20;
            crashes = random.nextInt(3) * 4;
            cuts = random.nextInt(3) * 4;
            pauses = random.nextInt(3) * 3;
        }

        long run() {
            cluster.nodes().forEach(node -> node.disk.manual());
            cluster.start();
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            long committed = checker.committedIndex();
            recover();
            return committed;
        }

        private void step() {
            if (chance(loss) && !cluster.network.isEmpty()) {
                RaftCluster.Envelope envelope = pick(cluster.network);
                if (random.nextBoolean()) {
                    cluster.network.remove(envelope);
                } else {
                    cluster.network.add(envelope);
                }
            }
            if (chance(crashes)) {
                crash();
            }
            if (chance(cuts)) {
                cluster.heal();
                int kind = random.nextInt(3);
                if (kind == 0) {
                    cluster.isolate(pick(ids));
                } else if (kind == 1) {
                    cluster.cut(pick(ids), pick(ids));
                }
            }
            if (chance(pauses)) {
                cluster.stand(random.nextLong(2_000));
            }
            if (chance(20)) {
                ids.stream()
                        .filter(id -> !cluster.node(id).running())
                        .findFirst()
                        .ifPresent(cluster::start);
            }
            act();
        }

        private void act() {
            boolean crowded = cluster.network.size() > MAX_UNDERWAY;
            int dice = random.nextInt(100);
            if (crowded || dice < 55) {
                deliverOne();
            } else if (dice < 80) {
                disk();
            } else if (dice < 90) {
                propose();
            } else if (dice < 92) {
                some(TestNode::running).forEach(this::read);
            } else if (dice < 94) {
                some(TestNode::running).forEach(this::linkEvent);
            } else if (dice == 94) {
                some(TestNode::running).forEach(this::snapshot);
            } else {
                nextTimer();
            }
        }

        private void deliverOne() {
            if (!cluster.network.isEmpty()) {
                int index = random.nextBoolean() ? 0 : random.nextInt(cluster.network.size());
                cluster.deliver(cluster.network.remove(index));
            }
        }

        private void disk() {
            if (random.nextBoolean()) {
                some(node -> node.running() && node.disk.saving()).forEach(node -> cluster.save(node.id));
            } else {
                some(node -> node.running() && node.disk.forcing()).forEach(node -> cluster.force(node.id));
            }
        }

        private void propose() {
            some(node -> node.running() && node.raft().role() == RaftRole.LEADER)
                    .forEach(node -> cluster.step(
                            node.id, new RaftInput.Proposed(1 + random.nextInt(3), (int) (unique++ % 1_000_000))));
        }

        private void read(TestNode node) {
            long id = unique++;
            checker.readBegins(id);
            cluster.read(node.id, id);
        }

        private void snapshot(TestNode node) {
            SnapshotMark last = node.disk.snapshot();
            if (node.raft().commitIndex() > (last == null ? 0 : last.index())) {
                cluster.snapshot(node.id);
            }
            SnapshotMark mark = node.disk.snapshot();
            long base = node.raft().log().base().index();
            List<BatchMeta> dispensable = node.disk.written().stream()
                    .filter(batch -> mark != null && batch.lastIndex() <= mark.index() && batch.lastIndex() > base)
                    .toList();
            if (!dispensable.isEmpty() && random.nextBoolean()) {
                cluster.compact(node.id, pick(dispensable).lastIndex());
            }
        }

        private void linkEvent(TestNode node) {
            String peer = pick(ids);
            if (!peer.equals(node.id)) {
                List<RaftInput> events = List.of(
                        new RaftInput.PeerUp(peer),
                        new RaftInput.PeerDown(peer),
                        new RaftInput.PeerRefused(peer),
                        new RaftInput.SendFailed(peer));
                cluster.step(node.id, pick(events));
            }
        }

        private void nextTimer() {
            cluster.nodes().stream()
                    .filter(TestNode::running)
                    .min((a, b) -> Long.compare(a.timerAtNanos, b.timerAtNanos))
                    .ifPresent(node -> cluster.fire(node.id));
        }

        /** A disk loses what it had forced only when all others are sound: more no protocol survives. */
        private void crash() {
            String id = pick(ids);
            cluster.crash(id);
            // The next disk may go only when the last one's place is taken: more no protocol survives.
            if (exchanges && (lastExchanged.isEmpty() || cluster.isDecided(lastExchanged)) && random.nextInt(3) == 0) {
                cluster.drop(envelope -> envelope.from().equals(id));
                lastExchanged = cluster.exchangeDisk(id);
                cluster.disk(lastExchanged).manual();
                ids.set(ids.indexOf(id), lastExchanged);
                exchanged++;
                return;
            }
            boolean allSettled = cluster.nodes().stream().allMatch(node -> node.disk.settled());
            if (damage && allSettled && random.nextBoolean()) {
                // Links die with the process: nothing that its former life said or was told comes later.
                cluster.drop(envelope -> envelope.from().equals(id));
                if (random.nextBoolean()) {
                    cluster.disk(id).forgetVote();
                }
                if (!cluster.disk(id).forced().isEmpty() && random.nextBoolean()) {
                    cluster.disk(id).loseLastBatch();
                }
            }
        }

        /** No more faults: a leader emerges, commits, and all logs become the same. */
        private void recover() {
            cluster.heal();
            for (TestNode node : cluster.present()) {
                node.disk.immediate();
                if (!node.running()) {
                    cluster.start(node.id);
                }
                while (node.disk.saving()) {
                    cluster.save(node.id);
                }
                while (node.disk.forcing()) {
                    cluster.force(node.id);
                }
            }
            cluster.settle();
            cluster.linkAll();
            cluster.run(8_000);
            TestNode leader = cluster.leader();
            assertTrue(leader != null, "no leader");
            cluster.propose(leader.id, 7);
            cluster.run(6_000);
            assertEquals(
                    ids.stream().sorted().toList(),
                    leader.raft().configuration().voters().stream()
                            .map(Voter::id)
                            .sorted()
                            .toList(),
                    "whoever came back has a vote again");
            for (TestNode node : cluster.present()) {
                assertEquals(leader.disk.forced(), node.disk.forced());
                assertEquals(leader.raft().lastIndex(), node.raft().commitIndex());
                assertEquals(leader.id, node.raft().leader());
                assertTrue(node.disk.settled(), "doubt ends");
            }
            long id = unique++;
            checker.readBegins(id);
            String reader = pick(ids);
            boolean[] answered = new boolean[1];
            cluster.observe((node, input, effects) -> answered[0] |=
                    !RaftCluster.only(effects, RaftEffect.ReadReady.class).isEmpty());
            cluster.read(reader, id);
            cluster.settle();
            assertTrue(answered[0], "a read is answered");
        }

        private boolean chance(int perMille) {
            return random.nextInt(1_000) < perMille;
        }

        private <T> T pick(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        /** One of the nodes that fit, or none. */
        private List<TestNode> some(Predicate<TestNode> fits) {
            List<TestNode> found = new ArrayList<>(cluster.nodes());
            found.removeIf(fits.negate());
            return found.isEmpty() ? found : List.of(pick(found));
        }
    }
}
