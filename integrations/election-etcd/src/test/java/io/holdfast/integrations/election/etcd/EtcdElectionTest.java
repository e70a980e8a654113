package io.holdfast.integrations.election.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.spi.HaFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.ProxiedFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on an etcd server of this test's own. */
class EtcdElectionTest extends ElectionEngineContract {
    @TempDir
    Path directory;

    @Override
    protected ElectionFixture newFixture() throws Exception {
        assumeTrue(EtcdServer.isInstalled(), EtcdServer.HOW_TO_INSTALL);
        return new Fixture(EtcdServer.create(directory));
    }

    /** What etcd keeps of a client are connections with watches on them: the engine has no lease there that could be revoked. */
    private static final class Fixture extends ProxiedFixture {
        private final EtcdServer server;

        Fixture(EtcdServer server) throws Exception {
            this.server = server;
            server.start();
        }

        @Override
        protected int serverPort() {
            return server.port();
        }

        @Override
        protected HaFeature feature(String node, int port) {
            return EtcdElection.connect("http://127.0.0.1:" + port)
                    .lease(lease())
                    .clockDrift(clockDrift())
                    .calm(calm());
        }

        @Override
        public void stopEngine() throws Exception {
            server.kill();
        }

        @Override
        public void startEngine() throws Exception {
            server.start();
        }

        @Override
        protected void closeServer() throws Exception {
            server.kill();
        }
    }
}
