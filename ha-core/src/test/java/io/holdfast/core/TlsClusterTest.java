package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with the default runtime and certificates, over 127.0.0.1. */
@Timeout(90)
class TlsClusterTest {
    private static final Protocol ECHO = new Protocol(9, "echo");
    private static final String LINKS_LOG = "io.holdfast.core.internal.link.RejectionLog";

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final List<HaCluster> clusters = new ArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();

    @TempDir
    Path directory;

    /** Notes what happens, and sends back what it gets where it was not dialled. */
    private static final class Talker implements LinkListener {
        final BlockingQueue<Link> ups = new LinkedBlockingQueue<>();
        final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        final BlockingQueue<String> downs = new LinkedBlockingQueue<>();
        final boolean echoes;

        Talker(boolean echoes) {
            this.echoes = echoes;
        }

        @Override
        public void up(Link link) {
            ups.add(link);
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            if (echoes) {
                link.send(Lane.BULK, frame.retain());
            } else {
                frames.add(ByteBufUtil.getBytes(frame));
            }
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            downs.add(reason + ": " + detail);
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            failures.add(reason + ": " + detail);
        }

        Link awaitUp() throws InterruptedException {
            Link link = ups.poll(20, TimeUnit.SECONDS);
            assertNotNull(link, () -> "no link; failed: " + failures);
            return link;
        }

        String awaitFailure() throws InterruptedException {
            String failure = failures.poll(20, TimeUnit.SECONDS);
            assertNotNull(failure, "no failure");
            return failure;
        }
    }

    private final Talker near = new Talker(false);
    private final Talker far = new Talker(true);

    @BeforeEach
    void issue() {
        authority.write(directory, "ca");
        for (String id : List.of("node-1", "node-2", "alice")) {
            authority.issue(Order.of("x", id)).write(directory, id);
        }
    }

    @AfterEach
    void stop() {
        clusters.forEach(HaCluster::stop);
    }

    private Tls tls(String file) {
        return Tls.pem(directory.resolve(file + ".crt"), directory.resolve(file + ".key"), directory.resolve("ca.crt"))
                .rereadEvery(Duration.ofMillis(100));
    }

    private HaCluster.Builder accepting(String id) {
        FakeFeature feature = new FakeFeature("echo");
        feature.onStart = () -> feature.context().links().accept(ECHO, peer -> far);
        return HaCluster.builder("shop").node(Node.of(id)).with(feature).meterRegistry(meters);
    }

    private HaCluster.Builder dialling(Node self, String expected, HaCluster target) {
        FakeFeature feature = new FakeFeature("echo");
        feature.onStart = () ->
                feature.context().links().dial(ECHO, expected, target.node().advertisedAddress(), near);
        return HaCluster.builder("shop").node(self).with(feature);
    }

    private HaCluster start(HaCluster.Builder builder) {
        HaCluster cluster = builder.start();
        clusters.add(cluster);
        return cluster;
    }

    @Test
    void aClusterNameWithADotIsRefused() {
        HaCluster.Builder builder = HaCluster.builder("eu.shop")
                .node(Node.of("node-1"))
                .with(new FakeFeature("plain"))
                .tls(tls("node-1"));
        String refusal = String.valueOf(
                assertThrows(IllegalArgumentException.class, builder::start).getMessage());
        assertTrue(refusal.startsWith("cluster eu.shop has a dot in its name; with TLS it must not"), refusal);
    }

    @Test
    void nodesLinkAndLargeFramesCross() throws Exception {
        HaCluster two = start(accepting("node-2").tls(tls("node-2")));
        HaCluster one = start(dialling(Node.of("node-1"), "node-2", two).tls(tls("node-1")));
        Link link = near.awaitUp();
        assertEquals(List.of("node-2"), link.peer().certificateNames());
        assertEquals(List.of("node-1"), far.awaitUp().peer().certificateNames());
        byte[] large = new byte[15 << 20];
        new Random(1).nextBytes(large);
        FakeFeature.Part part = (FakeFeature.Part) one.feature(FakeFeature.Greeter.class);
        for (int i = 0; i < 3; i++) {
            part.context.runtime().loop().run(() -> link.send(Lane.BULK, Unpooled.wrappedBuffer(large)));
            assertArrayEquals(large, near.frames.poll(20, TimeUnit.SECONDS));
        }
        assertEquals(List.of(), List.copyOf(near.downs));
    }

    @Test
    void anOperatorHasTheRoleOfItsCertificateAndANodeHasNone() throws Exception {
        HaCluster two = start(accepting("node-2").tls(tls("node-2").operator("alice", OperatorRole.READ)));
        start(dialling(Node.client("alice"), "node-2", two).tls(tls("alice")));
        String refused = near.awaitFailure();
        assertTrue(refused.contains("is an operator's"), refused);
        start(dialling(Node.of("node-1"), "node-2", two).tls(tls("node-1")));
        assertEquals(OperatorRole.NONE, far.awaitUp().peer().operatorRole());
    }

    @Test
    void aNodeOfAnotherNameThanExpectedIsNotTalkedTo() throws Exception {
        try (LogCapture log = LogCapture.of(LINKS_LOG)) {
            HaCluster two = start(accepting("node-2").tls(tls("node-2")));
            start(dialling(Node.of("node-1"), "node-3", two).tls(tls("node-1")));
            String failure = near.awaitFailure();
            assertTrue(failure.contains("the certificate stands for [node-2] and not for node-3"), failure);
            Await.until(
                    () -> log.messages(Level.WARN).stream()
                            .anyMatch(l -> l.startsWith("node-2")
                                    && (l.contains("was left without a hello")
                                            || l.contains("does not take this node's certificate"))),
                    () -> log.messages(Level.WARN).toString());
            assertTrue(far.ups.isEmpty());
        }
    }

    /** Each end says in one line why it came to nothing. */
    private void assertRefused(HaCluster.Builder acceptor, Tls[] dialler, String nearLine, String farLine)
            throws Exception {
        try (LogCapture log = LogCapture.of(LINKS_LOG)) {
            HaCluster two = start(acceptor);
            HaCluster.Builder builder = dialling(Node.of("node-1"), "node-2", two);
            start(dialler.length == 0 ? builder : builder.tls(dialler[0]));
            near.awaitFailure();
            near.awaitFailure(); // again, and no second line of it
            Await.until(
                    () -> log.messages(Level.WARN).stream().anyMatch(l -> l.contains(farLine)),
                    () -> farLine + " in " + log.messages(Level.WARN));
            List<String> lines = log.messages(Level.WARN);
            assertEquals(1, lines.stream().filter(l -> l.contains(nearLine)).count(), lines.toString());
            assertEquals(1, lines.stream().filter(l -> l.contains(farLine)).count(), lines.toString());
        }
        assertTrue(far.ups.isEmpty());
    }

    @Test
    void plainAgainstTls() throws Exception {
        assertRefused(
                accepting("node-2").tls(tls("node-2")),
                new Tls[0],
                "(TLS_REQUIRED): this port speaks TLS only",
                "(PLAIN_TEXT): speaks in plain");
    }

    @Test
    void tlsAgainstPlain() throws Exception {
        assertRefused(
                accepting("node-2"),
                new Tls[] {tls("node-1")},
                "it closed the connection in the midst of the TLS handshake: it speaks no TLS",
                "(TLS_NOT_SPOKEN): speaks TLS, and this node does not");
    }

    @Test
    void anotherAuthorityAtTheDialler() throws Exception {
        TestAuthority other = new TestAuthority("Another");
        other.issue(Order.of("x", "node-1")).write(directory, "node-1");
        assertRefused(
                accepting("node-2").tls(tls("node-2")),
                new Tls[] {tls("node-1")},
                "not take this node's certificate",
                "(UNTRUSTED_CERTIFICATE): its certificate (CN=x, issued by CN=Another)");
    }

    @Test
    void anotherAuthorityAtTheAcceptor() throws Exception {
        TestAuthority other = new TestAuthority("Another");
        other.issue(Order.of("x", "node-2")).write(directory, "node-2");
        assertRefused(
                accepting("node-2").tls(tls("node-2")),
                new Tls[] {tls("node-1")},
                "its certificate (CN=x, issued by CN=Another) is not taken",
                "(OWN_CERTIFICATE_REFUSED): it does not take this node's certificate");
    }

    @Test
    void anotherCluster() throws Exception {
        HaCluster two = start(accepting("node-2").tls(tls("node-2")));
        FakeFeature feature = new FakeFeature("echo");
        feature.onStart =
                () -> feature.context().links().dial(ECHO, "node-2", two.node().advertisedAddress(), near);
        try (LogCapture log = LogCapture.of(LINKS_LOG)) {
            start(HaCluster.builder("bank")
                    .node(Node.of("node-1"))
                    .tls(tls("node-1"))
                    .with(feature));
            String failure = near.awaitFailure();
            assertTrue(failure.contains("OTHER_CLUSTER_NAME"), failure);
            assertEquals(
                    2, log.messages(Level.WARN).size(), log.messages(Level.WARN).toString());
        }
        assertEquals(
                1.0,
                meters.get("holdfast.connections.refused")
                        .tag("reason", "other_cluster_name")
                        .counter()
                        .count());
    }

    @Test
    void newFilesServeNewConnectionsAndOldOnesGoOn() throws Exception {
        HaCluster two = start(accepting("node-2").tls(tls("node-2")));
        start(dialling(Node.of("node-1"), "node-2", two).tls(tls("node-1")));
        near.awaitUp();
        far.awaitUp();
        double before = seconds();
        try (LogCapture log = LogCapture.of(TlsWatch.class.getName())) {
            TestAuthority next = new TestAuthority("Next");
            Files.writeString(
                    directory.resolve("ca.crt"),
                    Files.readString(directory.resolve("ca.crt"))
                            + TestAuthority.pem(
                                    "CERTIFICATE", next.certificate().getEncoded()));
            Instant now = Instant.now();
            Order order = Order.of("x", "node-2").valid(now.minusSeconds(60), now.plus(6, ChronoUnit.DAYS));
            next.issue(order).write(directory, "node-2");
            Await.until(() -> seconds() < before / 10, () -> seconds() + " s left");
            Await.until(
                    () -> log.messages(Level.WARN).stream().anyMatch(l -> l.contains("[node-2] ends in 5 days")),
                    () -> log.messages(Level.INFO).toString());
            Await.until(() -> two.health().health() == Health.DEGRADED, () -> two.health()
                    .toString());
            assertTrue(near.downs.isEmpty());

            authority.issue(Order.of("x", "alice")).write(directory, "alice");
            start(dialling(Node.client("alice"), "node-2", two).tls(tls("alice")));
            near.awaitUp();

            Files.writeString(directory.resolve("node-2.crt"), "no PEM");
            Await.until(() -> log.messages(Level.ERROR).size() == 1, () -> log.messages(Level.INFO)
                    .toString());
            assertTrue(log.messages(Level.ERROR).get(0).contains("node-2.crt holds no certificate"));
        }
    }

    private double seconds() {
        return meters.get("holdfast.tls.certificate.expires")
                .tag("node", "node-2")
                .gauge()
                .value();
    }

    @Test
    void metersGoWithTheNode() {
        HaCluster two = start(accepting("node-2").tls(tls("node-2")));
        assertNotNull(meters.find("holdfast.tls.certificate.expires").gauge());
        two.stop();
        assertNull(meters.find("holdfast.tls.certificate.expires").gauge());
        assertEquals(List.of(), meters.getMeters());
    }

    private String refusedAtBuild(HaCluster.Builder builder) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    @Test
    void uselessFilesAreRefusedAtBuildAndSecretsNotPrinted() throws IOException {
        Tls secret = tls("node-2").keyPassword("correct horse").operator("alice", OperatorRole.READ);
        assertFalse(secret.toString().contains("horse"), secret.toString());
        String missing = refusedAtBuild(accepting("node-2").tls(tls("node-9")));
        assertTrue(
                missing.startsWith("TLS of node node-2: ") && missing.endsWith("node-9.crt does not exist"), missing);
        String other = refusedAtBuild(accepting("node-2").tls(tls("node-1")));
        assertTrue(other.contains("stands for [node-1] and not for this node"), other);
        String often = refusedAtBuild(accepting("node-2").tls(tls("node-2").rereadEvery(Duration.ZERO)));
        assertTrue(often.contains("rereadEvery 0s is not within 100ms to 1h"), often);
        Files.delete(directory.resolve("ca.crt"));
        assertTrue(refusedAtBuild(accepting("node-2").tls(tls("node-2"))).endsWith("ca.crt does not exist"));
    }

    @Test
    void withoutTlsItWarnsUnlessItIsAlone() {
        for (String open : List.of("0.0.0.0", "10.0.0.1", "node-1", "::")) {
            assertFalse(NodeParts.isLoopback(open), open);
        }
        for (String alone : List.of("127.0.0.1", "127.0.1.1", "localhost", "::1")) {
            assertTrue(NodeParts.isLoopback(alone), alone);
        }
        try (LogCapture log = LogCapture.of(NodeParts.class.getName())) {
            start(HaCluster.builder("shop").node(Node.of("node-1").bind("127.0.0.1:0")));
            assertEquals(List.of(), log.messages(Level.WARN));
        }
    }
}
