package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.FreePorts;
import io.holdfast.replication.LogReplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log's own elections keep the contract of all engines. Here the nodes are the engine, so that what is done to an engine apart
 * from its nodes (restarts, cuts, slow answers) is done by the simulator instead, in {@code MastershipTest} and in every seed.
 */
class LogElectionContractTest extends ElectionEngineContract {
    @TempDir
    Path directory;

    @Override
    protected ElectionFixture newFixture() throws IOException {
        Fixture fixture = new Fixture(directory);
        fixture.form();
        return fixture;
    }

    private static final class Fixture implements ElectionFixture {
        private static final Duration LEASE = Duration.ofSeconds(1);
        private final Path directory;
        /** The last two are always there, so that a majority is where the contract runs one node alone. */
        private static final List<String> IDS = List.of("node-1", "node-2", "node-3", "voter-1", "voter-2");

        private final String[] nodes = new String[IDS.size()];
        private final List<HaCluster> voters = new ArrayList<>();

        Fixture(Path directory) throws IOException {
            this.directory = directory;
            List<Integer> ports = FreePorts.take(nodes.length);
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = IDS.get(i) + "@127.0.0.1:" + ports.get(i);
            }
        }

        /** All have to be there once; afterwards three are enough. */
        void form() {
            List<HaCluster> passing = new ArrayList<>();
            try {
                for (String id : IDS) {
                    (id.startsWith("node") ? passing : voters).add(node(id).start());
                }
                passing.forEach(cluster -> cluster.awaitReady(Duration.ofSeconds(30)));
            } finally {
                passing.forEach(HaCluster::stop);
            }
        }

        @Override
        public Set<Power> powers() {
            return Set.of();
        }

        @Override
        public HaCluster.Builder node(String id) {
            String address = "";
            for (String node : nodes) {
                if (node.startsWith(id + "@")) {
                    address = node.substring(id.length() + 1);
                }
            }
            return HaCluster.builder("contract")
                    .node(Node.of(id).bind(address))
                    .with(LogReplication.inDirectory(directory.resolve(id))
                            .bootstrap(nodes)
                            .fast()
                            .roleLease(LEASE));
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
            return LEASE;
        }

        @Override
        public void stopEngine() {
            throw new UnsupportedOperationException("the nodes are the engine");
        }

        @Override
        public void startEngine() {
            throw new UnsupportedOperationException("the nodes are the engine");
        }

        @Override
        public void cut(String node) {
            throw new UnsupportedOperationException("the nodes are the engine");
        }

        @Override
        public void heal(String node) {}

        @Override
        public void delay(String node, Duration time) {
            throw new UnsupportedOperationException("the nodes are the engine");
        }

        @Override
        public void close() {
            voters.forEach(HaCluster::stop);
        }
    }
}
