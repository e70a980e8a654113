package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.Address;
import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemFiles;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.Tap;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Issued;
import io.holdfast.core.testing.TestAuthority.Order;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever should not be there learns nothing, and leaves a line in the log and a count, twice as often as it comes. */
@Timeout(60)
class IntruderTest {
    private static final byte[] TLS = {'H', 'F', 'S', 'T', 1, 1, 0, 0};
    private static final byte[] PLAIN = {'H', 'F', 'S', 'T', 1, 0, 0, 0};
    private static final String LOG = RejectionLog.class.getName();

    private final TestAuthority authority = new TestAuthority("Authority of this test");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<String> linked = new ArrayList<>();
    private LogCapture log;
    private RealRuntime runtime;
    private InetSocketAddress address;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws Exception {
        log = LogCapture.of(LOG);
        authority.write(directory, "ca");
        // The name of the node is in its certificate, which TLS shows encrypted; the cluster's is not.
        authority.issue(Order.of("x", "node-1")).write(directory, "node");
        PemFiles files = new PemFiles(
                directory.resolve("node.crt"), directory.resolve("node.key"), directory.resolve("ca.crt"), null);
        NodeCredentials credentials = NodeCredentials.load(files, true, names -> true);
        TransportConfig config = TransportConfig.defaults().withPreambleTimeout(Duration.ofSeconds(1));
        runtime = RealRuntime.create("node-1", config, credentials);
        runtime.onFailure(failures::add);
        NodeLinks links = new NodeLinks(runtime, "shop", "node-1", true, Admission.certified(Map.of()), meters);
        runtime.loop().run(() -> {
            links.accept(new Protocol(7, "test"), peer -> {
                linked.add(peer.nodeId());
                return new Recorder();
            });
            links.begin();
        });
        address = runtime.transport()
                .listen(new Address("127.0.0.1", 0), links.transportAcceptor())
                .address();
    }

    @AfterEach
    void stop() {
        runtime.close();
        log.close();
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(List.of(), linked);
    }

    private interface Intrusion {
        String tryIt() throws Exception;
    }

    /** Twice: one line, two counts, and no name of the cluster or of the node in what came back. */
    private String refused(String reason, Intrusion intrusion) throws Exception {
        for (int i = 1; i <= 2; i++) {
            int times = i;
            String heard = intrusion.tryIt();
            assertFalse(heard.contains("shop") || heard.contains("node-1"), heard);
            Await.until(() -> count(reason) == times, () -> times + " " + reason + " in " + meters.getMetersAsString());
        }
        assertEquals(
                2,
                meters.find("holdfast.connections.refused").counters().stream()
                        .mapToDouble(c -> c.count())
                        .sum());
        List<String> lines = log.messages(Level.INFO);
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("node-1 of cluster shop re"), lines.get(0));
        assertTrue(lines.get(0).contains("127.0.0.1"), lines.get(0));
        return lines.get(0);
    }

    private double count(String reason) {
        Counter counter = meters.find("holdfast.connections.refused")
                .tag("reason", reason)
                .tag("side", "acceptor")
                .tag("node", "node-1")
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private String raw(byte[]... parts) throws IOException {
        try (Socket socket = connected(address.getPort())) {
            OutputStream out = socket.getOutputStream();
            for (byte[] part : parts) {
                out.write(part);
            }
            return rest(socket);
        }
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String rest(Socket socket) {
        StringBuilder heard = new StringBuilder();
        try {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                heard.append((char) b);
            }
        } catch (IOException reset) {
            heard.append(""); // an end as good as any
        }
        return heard.toString();
    }

    /** Shakes hands as TLS has it and says something within; returns what came over the wire, and what was in it. */
    private String tls(String version, @Nullable Issued credentials, byte[]... parts) throws Exception {
        try (Tap tap = new Tap(address, TLS)) {
            String within = "";
            try (Socket plain = connected(tap.port());
                    SSLSocket socket = (SSLSocket) context(credentials)
                            .getSocketFactory()
                            .createSocket(plain, "127.0.0.1", tap.port(), true)) {
                socket.setEnabledProtocols(new String[] {version});
                socket.startHandshake();
                for (byte[] part : parts) {
                    socket.getOutputStream().write(part);
                }
                within = rest(socket);
            } catch (IOException refused) {
                within = "";
            }
            return tap.heard() + within;
        }
    }

    private static SSLContext context(@Nullable Issued credentials) throws Exception {
        KeyManager[] keys = {};
        if (credentials != null) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            store.setKeyEntry("me", credentials.key(), new char[0], new Certificate[] {credentials.certificate()});
            KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
            factory.init(store, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new TrustAll()}, null);
        return context;
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static byte[] hello(String nodeId) throws IOException {
        ByteBuf frame =
                HandshakeCodec.encode(new Hello(1, 1, 7, true, "bank", Identity.NONE, nodeId, Identity.NONE, ""));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(frame.readableBytes());
        out.write(ByteBufUtil.getBytes(frame));
        frame.release();
        return bytes.toByteArray();
    }

    @Test
    void withoutACertificate() throws Exception {
        String line = refused("no_certificate", () -> tls("TLSv1.3", null, hello("node-2")));
        assertTrue(line.endsWith("(NO_CERTIFICATE): it showed no certificate"), line);
    }

    @Test
    void withACertificateOfAnotherAuthority() throws Exception {
        Issued forged = new TestAuthority("Another").issue(Order.of("x", "node-2"));
        String line = refused("untrusted_certificate", () -> tls("TLSv1.3", forged, hello("node-2")));
        assertTrue(line.contains("(CN=x, issued by CN=Another) is not taken"), line);
    }

    @Test
    void withOneOfAnAuthorityThatOnlyBearsTheSameName() throws Exception {
        Issued forged = new TestAuthority("Authority of this test").issue(Order.of("x", "node-2"));
        refused("untrusted_certificate", () -> tls("TLSv1.3", forged, hello("node-2")));
    }

    @Test
    void withAnExpiredOne() throws Exception {
        Issued expired = authority.issue(Order.of("x", "node-2").expired());
        String line = refused("expired_certificate", () -> tls("TLSv1.3", expired, hello("node-2")));
        assertTrue(line.contains(" expired on "), line);
    }

    @Test
    void withOneThatIsAnothersName() throws Exception {
        Issued mallory = authority.issue(Order.of("x", "mallory"));
        String line = refused("other_certificate", () -> tls("TLSv1.3", mallory, hello("node-2")));
        assertTrue(line.contains("the certificate stands for [mallory] and not for node-2"), line);
    }

    @Test
    void asANodeWithAClientsCertificate() throws Exception {
        Issued web = authority.issue(Order.of("x", "web-1").forClientsOnly());
        String line = refused("other_certificate", () -> tls("TLSv1.3", web, hello("web-1")));
        assertTrue(line.contains("the certificate of [web-1] is a client's, and not good for a node"), line);
    }

    @Test
    void inPlain() throws Exception {
        String line = refused("plain_text", () -> raw(PLAIN, hello("node-2")));
        assertTrue(line.contains("speaks in plain, and this node speaks TLS only"), line);
        assertTrue(raw(PLAIN, hello("node-2")).endsWith("this port speaks TLS only"));
    }

    @Test
    void inAnOlderVersionOfTls() throws Exception {
        refused("tls_failed", () -> tls("TLSv1.2", authority.issue(Order.of("x", "node-2")), hello("node-2")));
    }

    @Test
    void withRubbishInsteadOfAPreamble() throws Exception {
        String line = refused("not_holdfast", () -> raw("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertTrue(line.contains("byte 0 of its preamble is 71 instead of 72"), line);
    }

    @Test
    void withRubbishInsteadOfTls() throws Exception {
        refused("tls_failed", () -> raw(TLS, "once upon a time".repeat(99).getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void slowly() throws Exception {
        byte[] record = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3};
        String line = refused("silent", () -> {
            try (Socket socket = connected(address.getPort())) {
                socket.getOutputStream().write(TLS);
                try {
                    for (int i = 0; i < 400; i++) { // far longer than it may take
                        socket.getOutputStream().write(i < record.length ? record[i] : 0);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                    }
                } catch (IOException closed) {
                    return "";
                }
                return rest(socket);
            }
        });
        assertTrue(line.contains("did not finish its TLS handshake within PT1S"), line);
    }

    @Test
    void withOpenssl() throws Exception {
        assumeTrue(hasOpenssl(), "openssl is not installed");
        String line = refused("no_certificate", () -> {
            try (Tap tap = new Tap(address, TLS)) {
                Process process = new ProcessBuilder(
                                "openssl", "s_client", "-tls1_3", "-connect", "127.0.0.1:" + tap.port(), "-ign_eof")
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor();
                assertTrue(said.contains("alert"), said);
                assertTrue(said.contains("No client certificate CA names sent"), said);
                assertFalse(said.contains("shop"), said);
                return tap.heard();
            }
        });
        assertTrue(line.contains("NO_CERTIFICATE"), line);
    }

    @Test
    void withOpensslAndNoPreamble() throws Exception {
        assumeTrue(hasOpenssl(), "openssl is not installed");
        String line = refused("not_holdfast", () -> {
            Process process = new ProcessBuilder("openssl", "s_client", "-connect", "127.0.0.1:" + address.getPort())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            assertTrue(said.contains("no peer certificate available"), said);
            return "";
        });
        assertTrue(line.contains("begins TLS without the preamble of Holdfast"), line);
    }

    private static boolean hasOpenssl() {
        try {
            Process process = new ProcessBuilder("openssl", "version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
