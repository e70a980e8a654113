package io.holdfast.integrations.election.zookeeper.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.integrations.election.zookeeper.ZooKeeperElection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Elections on ZooKeeper by file and environment: what runs, and what is refused with what to write instead. */
@Timeout(120)
class ZooKeeperConfigurationTest {
    private static final String NODE = """
            holdfast.cluster.name=shop
            holdfast.node.id=node-1
            holdfast.node.bind=127.0.0.1:0
            holdfast.node.advertise=127.0.0.1:0
            """;

    @TempDir
    Path directory = Path.of("");

    private HaCluster.Builder builder(String text, Map<String, String> environment) throws Exception {
        return HaCluster.builder(Configuration.load(Files.writeString(directory.resolve("p"), NODE + text))
                        .environment(environment))
                .onMaster(grant -> {})
                .onSlave(reason -> {});
    }

    private String refusal(String text) throws Exception {
        HaCluster.Builder builder = builder(text, Map.of());
        return String.valueOf(assertThrows(IllegalArgumentException.class, builder::build, text)
                .getMessage());
    }

    private void refused(String text, String... parts) throws Exception {
        String message = refusal(text);
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
        assertFalse(message.contains("problems"), message);
    }

    @Test
    void aConfiguredNodeIsMaster() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            String election = """
                    holdfast.zookeeper-election.root=/shop/ha
                    holdfast.zookeeper-election.lease=4s
                    holdfast.zookeeper-election.poll=50ms
                    holdfast.zookeeper-election.epoch=2
                    """;
            Map<String, String> environment =
                    Map.of("HOLDFAST_ZOOKEEPER_ELECTION_CONNECT", "127.0.0.1:" + server.getPort());
            CountDownLatch master = new CountDownLatch(1);
            AtomicInteger epoch = new AtomicInteger();
            try (HaCluster node = builder(election, environment)
                    .onMaster(grant -> {
                        epoch.set(grant.token().epoch());
                        master.countDown();
                    })
                    .start()) {
                assertTrue(
                        master.await(60, TimeUnit.SECONDS), () -> node.explain().toString());
                assertEquals(2, epoch.get());
                assertTrue(node.explain().toString().contains(server.getPort() + "/shop/ha"), "where it looks");
            }
        }
    }

    @Test
    void whatIsMissingOrWrongIsSaidByKey() throws Exception {
        refused(
                "holdfast.zookeeper-election.lease=10s",
                "holdfast.zookeeper-election.connect is missing",
                "write for example holdfast.zookeeper-election.connect=zk-1:2181, zk-2:2181");
        String connect = "holdfast.zookeeper-election.connect=zk-1:2181, zk-2:2181\n";
        refused("holdfast.zookeeper-election.connect=zk-1", "are not host:port");
        refused(connect + "holdfast.zookeeper-election.root=holdfast", "is not an absolute path");
        refused(connect + "holdfast.zookeeper-election.lease=10ms", "10ms is too little", "500ms to 10m");
        refused(connect + "holdfast.zookeeper-election.poll=8s", "poll of 8000 ms", "a lease of 10000 ms allows");
        refused(connect + "holdfast.zookeeper-election.epoch=-1", "0 to 32767");
        refused(connect + "holdfast.zookeeper-election.lese=10s", "did you mean holdfast.zookeeper-election.lease?");
    }

    /** Where somebody writes a password into an address, nobody is shown it. */
    @Test
    void aPasswordInAnAddressIsNotRepeated() throws Exception {
        String message = refusal("holdfast.zookeeper-election.connect=me:hush@zk-1:2181");
        assertFalse(message.contains("hush"), message);
        assertTrue(message.contains("servers have no user in them"), message);
    }

    @Test
    void codeAddsWhatOnlyCodeCanGive() throws Exception {
        builder("holdfast.zookeeper-election.connect=zk-1:2181", Map.of())
                .with(ZooKeeperElection.class, election -> election.configure(client -> {})
                        .calm(Duration.ZERO))
                .build();
    }
}
