package io.holdfast.integrations.election.zookeeper;

import io.holdfast.core.spi.HaFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.ProxiedFixture;
import java.util.Map;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;

/** The contract, on a ZooKeeper server in this JVM. */
class ZooKeeperElectionTest extends ElectionEngineContract {

    @Override
    protected ElectionFixture newFixture() throws Exception {
        return new Fixture();
    }

    private static final class Fixture extends ProxiedFixture {
        private final TestingServer server;

        Fixture() throws Exception {
            InstanceSpec spec = new InstanceSpec(null, -1, -1, -1, false, -1, 200, 60, Map.of(), "127.0.0.1");
            server = new TestingServer(spec, true);
        }

        @Override
        protected int serverPort() {
            return server.getPort();
        }

        @Override
        protected HaFeature feature(int port) {
            return ZooKeeperElection.connect("127.0.0.1:" + port)
                    .lease(lease())
                    .clockDrift(clockDrift())
                    .calm(calm());
        }

        @Override
        public void stopEngine() throws Exception {
            server.stop();
        }

        @Override
        public void startEngine() throws Exception {
            server.restart();
        }

        @Override
        protected void closeServer() throws Exception {
            server.close();
        }
    }
}
