package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against real nodes, with certificates and without. */
@Timeout(60)
class OperatorClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final TestAuthority authority = new TestAuthority("Test CA");

    @TempDir
    Path directory;

    private Tls tls(String name, String... dnsNames) {
        authority.issue(Order.of(name, dnsNames)).write(directory, name);
        authority.write(directory, "ca");
        return Tls.pem(directory.resolve(name + ".crt"), directory.resolve(name + ".key"), directory.resolve("ca.crt"));
    }

    private static HaCluster.Builder node() {
        return HaCluster.builder("shop").node(Node.of("node-1")).with(new FakeFeature("plain"));
    }

    private static String ask(OperatorClient client, HaCluster cluster, String command) {
        return client.ask(cluster.node().advertisedAddress(), command, Map.of(), LIMIT);
    }

    @Test
    void anAddressIsAllThatIsNeeded() {
        try (HaCluster cluster = node().start();
                OperatorClient client = OperatorClient.open()) {
            String status = ask(client, cluster, "status");
            assertTrue(status.startsWith("{\"cluster\":\"shop\",\"asked\":\"node-1\",\"nodes\":[{"), status);
            assertTrue(ask(client, cluster, "health").startsWith("{\"health\":\"UP\""));
            assertTrue(ask(client, cluster, "explain").contains("\"subject\":\"ready\",\"state\":\"OK\""));
            assertThrows(IllegalArgumentException.class, () -> ask(client, cluster, "guess"));
            RequestFailedException failed =
                    assertThrows(RequestFailedException.class, () -> ask(client, cluster, "transfer-mastership"));
            assertTrue(String.valueOf(failed.getMessage()).contains("nothing that elects"), failed.toString());
            Address nobody = new Address("127.0.0.1", 1);
            NotAvailableException refused =
                    assertThrows(NotAvailableException.class, () -> client.ask(nobody, "status", Map.of(), LIMIT));
            assertEquals("127.0.0.1:1 refused the connection: nothing runs there", refused.getMessage());
        }
    }

    @Test
    void theCertificateSaysWhatMayBeDone() {
        Tls ofNode = tls("node-1", "node-1.shop")
                .operator("alice", OperatorRole.READ)
                .operator("boss.ops", OperatorRole.OPERATE);
        try (LogCapture audit = LogCapture.of("io.holdfast.audit");
                HaCluster cluster = node().tls(ofNode).start();
                OperatorClient alice = OperatorClient.open(tls("alice"));
                OperatorClient boss = OperatorClient.open(tls("boss", "boss.ops"));
                OperatorClient mallory = OperatorClient.open(tls("mallory"));
                OperatorClient stranger = OperatorClient.open()) {
            assertTrue(ask(alice, cluster, "status").contains("node-1"));
            NotAllowedException tooSmall =
                    assertThrows(NotAllowedException.class, () -> ask(alice, cluster, "transfer-mastership"));
            assertEquals(
                    "transfer-mastership needs the role OPERATE, and alice has READ on node-1", tooSmall.getMessage());
            assertThrows(RequestFailedException.class, () -> ask(boss, cluster, "transfer-mastership"));
            assertThrows(NotAllowedException.class, () -> ask(mallory, cluster, "status"));
            assertThrows(NotAvailableException.class, () -> ask(stranger, cluster, "status"));
            List<String> lines = audit.messages(Level.INFO);
            assertEquals(4, lines.size(), lines.toString());
            assertTrue(lines.get(0).contains("alice at 127.0.0.1:"), lines.get(0));
            assertTrue(
                    lines.get(0).contains("(certificate of alice) with role READ ran status {}: done"), lines.get(0));
            assertTrue(lines.get(2).contains("(certificate of boss.ops) with role OPERATE"), lines.get(2));
            assertTrue(lines.get(3).contains("mallory") && lines.get(3).contains("NOT_ALLOWED"), lines.get(3));
        }
    }

    /** Whoever takes it for not done does it twice. */
    @Test
    void whatWasAskedAndIsNotAnsweredMayBeDone() {
        AtomicInteger begun = new AtomicInteger();
        FakeFeature slow = new FakeFeature("slow");
        OperatorCommand stay = new OperatorCommand("stay", OperatorRole.OPERATE, arguments -> {
            begun.incrementAndGet();
            return new CompletableFuture<>();
        });
        slow.inspectable = new Inspectable() {
            @Override
            public Map<String, Object> inspect() {
                return Map.of();
            }

            @Override
            public List<Explanation.Finding> explain() {
                return List.of();
            }

            @Override
            public SafeToStop safeToStop(String nodeId) {
                return SafeToStop.yes(nodeId);
            }

            @Override
            public List<OperatorCommand> operatorCommands() {
                return List.of(stay);
            }
        };
        try (OperatorClient client = OperatorClient.open();
                HaCluster cluster = node().with(slow).start()) {
            Address address = cluster.node().advertisedAddress();
            assertThrows(
                    OutcomeUnknownException.class, () -> client.ask(address, "stay", Map.of(), Duration.ofSeconds(1)));
            assertEquals(1, begun.get());
            CompletableFuture<String> broken =
                    CompletableFuture.supplyAsync(() -> client.ask(address, "stay", Map.of(), LIMIT));
            while (begun.get() < 2 && !broken.isDone()) {
                Thread.onSpinWait();
            }
            cluster.stop();
            CompletionException lost = assertThrows(CompletionException.class, broken::join);
            assertInstanceOf(OutcomeUnknownException.class, lost.getCause());
        }
    }
}
