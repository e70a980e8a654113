package io.holdfast.integrations.election.zookeeper;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.HaFeature;
import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import io.holdfast.integrations.election.contract.ProxiedFixture;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The contract, on a ZooKeeper server in this JVM for each test. */
@Execution(ExecutionMode.CONCURRENT)
class ZooKeeperElectionTest extends ElectionEngineContract {

    @Override
    protected ElectionFixture newFixture() throws Exception {
        return new Fixture();
    }

    private static final class Fixture extends ProxiedFixture {
        private final TestingServer server;
        private final Map<String, ZooKeeper> sessions = new ConcurrentHashMap<>();

        Fixture() throws Exception {
            InstanceSpec spec = new InstanceSpec(null, -1, -1, -1, false, -1, 200, 60, Map.of(), "127.0.0.1");
            server = new TestingServer(spec, true);
        }

        @Override
        protected int serverPort() {
            return server.getPort();
        }

        @Override
        protected HaFeature feature(String node, int port) {
            return ZooKeeperElection.connect("127.0.0.1:" + port)
                    .configure(client -> client.zookeeperFactory((servers, timeout, watcher, readOnly) -> {
                        ZooKeeper session = new ZooKeeper(servers, timeout, watcher, readOnly);
                        sessions.put(node, session);
                        return session;
                    }))
                    .lease(lease())
                    .clockDrift(clockDrift())
                    .calm(calm());
        }

        /** Another client takes its session and closes it: the server says to the node that it has expired. */
        @Override
        public void loseSession(String node) throws Exception {
            ZooKeeper lost = established(node);
            CountDownLatch connected = new CountDownLatch(1);
            ZooKeeper thief = new ZooKeeper(
                    server.getConnectString(),
                    lost.getSessionTimeout(),
                    event -> connected.countDown(),
                    lost.getSessionId(),
                    lost.getSessionPasswd());
            try {
                assertTrue(connected.await(30, TimeUnit.SECONDS), "no connection to the server");
            } finally {
                thief.close();
            }
        }

        /** One that has just been made in place of another has neither an id nor a time-out yet. */
        private ZooKeeper established(String node) throws InterruptedException {
            CountDownLatch never = new CountDownLatch(1);
            ZooKeeper session = Objects.requireNonNull(sessions.get(node));
            for (int i = 0; i < 3_000 && !session.getState().isConnected(); i++) {
                assertFalse(never.await(10, TimeUnit.MILLISECONDS));
                session = Objects.requireNonNull(sessions.get(node));
            }
            assertTrue(session.getState().isConnected(), node + " has no session");
            return session;
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
