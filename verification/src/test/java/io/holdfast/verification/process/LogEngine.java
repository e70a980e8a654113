package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.Pauses;
import io.holdfast.replication.LogReplication;
import io.holdfast.testkit.DelegatingRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A log of five voters in this JVM. Three are the contract's nodes, and two are always there, so that a majority is where the
 * contract runs one node alone; without those two, two nodes are none. It goes on from test to test, with other roles in each.
 */
final class LogEngine {
    private static final Duration LEASE = Duration.ofSeconds(1);
    /** {@code RolePlacement}'s. */
    private static final Duration STAYS = Duration.ofSeconds(30);

    private static final List<String> NODES = List.of("node-1", "node-2", "node-3");
    private static final List<String> VOTERS = List.of("voter-1", "voter-2");
    private static final int SEGMENT_BYTES = 1 << 20;

    private final Path directory;
    private final LogLinks links;
    private final List<HaCluster> voters = new ArrayList<>();

    LogEngine(Path directory) throws IOException {
        this.directory = directory;
        List<String> ids = new ArrayList<>(NODES);
        ids.addAll(VOTERS);
        this.links = new LogLinks(ids);
    }

    /** All have to be there once; afterwards three are enough. */
    void form() {
        List<HaCluster> passing = new ArrayList<>();
        Pauses pauses = new Pauses();
        try {
            startVoters();
            NODES.forEach(id -> passing.add(node(id, pauses).start()));
            passing.forEach(cluster -> cluster.awaitReady(Waiting.PATIENCE));
        } finally {
            passing.forEach(HaCluster::stop);
        }
    }

    private void startVoters() {
        Pauses pauses = new Pauses();
        VOTERS.forEach(id -> voters.add(node(id, pauses).start()));
    }

    private void stopVoters() {
        voters.stream().map(HaCluster::stopAsync).toList().forEach(stop -> stop.join());
        voters.clear();
    }

    private HaCluster.Builder node(String id, Pauses pauses) {
        NodeRuntime real = RealRuntime.create(id, TransportConfig.defaults());
        Resolver toLinks = links.resolver(id, real.loop());
        return HaCluster.builder("contract")
                .node(Node.of(id).bind(links.address(id)))
                .with(LogReplication.inDirectory(directory.resolve(id))
                        .bootstrap(links.members())
                        .fast()
                        .segmentBytes(SEGMENT_BYTES)
                        .roleLease(LEASE))
                .runtime(pauses.runtime(id, new DelegatingRuntime(real) {
                    @Override
                    public Resolver resolver() {
                        return toLinks;
                    }
                }));
    }

    void close() {
        stopVoters();
        links.close();
    }

    ElectionFixture fixture(int test) {
        return new Fixture(test);
    }

    private final class Fixture implements ElectionFixture {
        private final int test;
        private final Pauses pauses = new Pauses();

        Fixture(int test) {
            this.test = test;
        }

        @Override
        public Set<Power> powers() {
            return EnumSet.allOf(Power.class);
        }

        @Override
        public boolean isApart() {
            return false;
        }

        @Override
        public HaCluster.Builder node(String id) {
            return LogEngine.this.node(id, pauses);
        }

        @Override
        public String role(String name) {
            return name + "-" + test;
        }

        @Override
        public Duration lease() {
            return LEASE;
        }

        @Override
        public Duration clockDrift() {
            return LEASE.dividedBy(4);
        }

        @Override
        public Duration calm() {
            return STAYS;
        }

        @Override
        public void stopEngine() {
            stopVoters();
        }

        @Override
        public void startEngine() {
            startVoters();
        }

        @Override
        public void cut(String node) {
            links.cut(node);
        }

        @Override
        public void heal(String node) {
            links.heal(node);
        }

        @Override
        public void delay(String node, Duration time) {
            links.delay(node, time.toNanos());
        }

        @Override
        public void pause(String node) {
            pauses.pause(node);
        }

        @Override
        public void resume(String node) {
            pauses.resume(node);
        }

        /** What others keep of a node between two of its leases are its links. */
        @Override
        public void loseSession(String node) {
            links.drop(node);
        }

        @Override
        public void close() {
            NODES.forEach(links::heal);
            if (voters.isEmpty()) {
                startVoters();
            }
        }
    }
}
