package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.Address;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.HeldEngines;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a stranger sends while its handshake waits for the worker, which is where it could cost most: tasks of handshakes stand
 * still here for as long as a test wants.
 */
@Timeout(120)
class HandshakeFloodTest {
    private static final Protocol PROTOCOL = new Protocol(7, "test");
    private static final byte[] TLS = {'H', 'F', 'S', 'T', 1, 1, 0, 0};
    private static final int MOST_HALF_OPEN = 256;
    private static final long MUCH = 64L << 20; // more than a socket's buffers can hold, by far
    private static final long TAKEN_AT_MOST = 32L << 20; // by both sockets' buffers, which the system chooses

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<RealRuntime> runtimes = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final HeldEngines engines = engines("node-1");
    private LogCapture log;
    private RealRuntime runtime;
    private InetSocketAddress address;

    private HeldEngines engines(String id) {
        return new HeldEngines(authority, authority.issue(Order.of("x", id)));
    }

    @BeforeEach
    void start() throws Exception {
        log = LogCapture.of(RejectionLog.class.getName());
        runtime = runtime("node-1", engines);
        NodeLinks links = links(runtime, "node-1", meters);
        runtime.loop().run(() -> {
            links.accept(PROTOCOL, peer -> new Recorder());
            links.begin();
        });
        address = runtime.transport()
                .listen(new Address("127.0.0.1", 0), links.transportAcceptor())
                .address();
    }

    private RealRuntime runtime(String id, HeldEngines tls) {
        TransportConfig config = TransportConfig.defaults().withPreambleTimeout(Duration.ofSeconds(100));
        RealRuntime made = RealRuntime.create(id, config, tls);
        made.onFailure(failures::add);
        runtimes.add(made);
        return made;
    }

    private static NodeLinks links(RealRuntime of, String id, SimpleMeterRegistry meters) {
        return new NodeLinks(of, "shop", id, true, Admission.certified(Map.of()), meters);
    }

    @AfterEach
    void stop() throws IOException {
        engines.release();
        for (Socket socket : sockets) {
            socket.close();
        }
        runtimes.forEach(RealRuntime::close);
        log.close();
        assertEquals(List.of(), List.copyOf(failures));
    }

    private Socket intruder(String from) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort(), InetAddress.getByName(from), 0);
        socket.setSoTimeout(50_000);
        sockets.add(socket);
        socket.getOutputStream().write(TLS);
        return socket;
    }

    private double refused(String reason) {
        return meters.find("holdfast.connections.refused").tag("reason", reason).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** How much the node and the system take before the node ends it. */
    private static long taken(Socket socket) {
        AtomicLong sent = new AtomicLong();
        assertThrows(IOException.class, () -> {
            OutputStream out = socket.getOutputStream();
            byte[] block = new byte[1 << 16];
            while (sent.get() < MUCH) {
                out.write(block);
                sent.addAndGet(block.length);
            }
        });
        return sent.get();
    }

    /** One whose task runs and holds the engine's lock, and one whose task waits for the worker. */
    @Test
    void whatIsSentBehindAClientHelloIsNotKept() throws Exception {
        engines.hold();
        Socket first = intruder("127.0.0.1");
        first.getOutputStream().write(engines.clientHello());
        engines.awaitHeld(1);
        Socket second = intruder("127.0.0.1");
        second.getOutputStream().write(engines.clientHello());

        long byFirst = taken(first);
        long bySecond = taken(second);
        assertTrue(byFirst < TAKEN_AT_MOST, byFirst + " bytes");
        assertTrue(bySecond < TAKEN_AT_MOST, bySecond + " bytes");
        assertEquals(2, refused("too_much"), meters.getMetersAsString());
        List<String> lines = log.messages(Level.INFO);
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(
                lines.get(0)
                        .endsWith("(TOO_MUCH): sent more than 64 KiB before its TLS handshake was done, which needs"
                                + " far less"),
                lines.get(0));
        runtime.loop().run(() -> {}); // the loop waits for no task

        engines.release();
        assertLinks();
        assertEquals(1, engines.held(), "the second one's task has not been run: nobody waits for it");
    }

    private void assertLinks() {
        RealRuntime other = runtime("node-2", engines("node-2"));
        NodeLinks links = links(other, "node-2", new SimpleMeterRegistry());
        Recorder dialled = new Recorder();
        other.loop().run(() -> {
            links.begin();
            links.dial(PROTOCOL, "node-1", new Address("127.0.0.1", address.getPort()), dialled);
        });
        Await.until(
                () -> {
                    boolean[] up = new boolean[1];
                    other.loop().run(() -> up[0] = dialled.link != null);
                    return up[0];
                },
                () -> dialled.events.toString());
    }

    @Test
    void aFloodOfOneAddressLeavesTheHandshakesOfOthers() throws Exception {
        Socket honest = intruder("127.0.0.1");
        for (int i = 0; i < MOST_HALF_OPEN + 50; i++) {
            intruder("127.0.0.2");
        }
        Await.until(() -> refused("too_many") >= 51, () -> meters.getMetersAsString());
        try (SSLSocket secure =
                (SSLSocket) engines("node-2").context().getSocketFactory().createSocket(honest, "127.0.0.1", 0, true)) {
            secure.startHandshake();
            secure.getOutputStream().write(new byte[4]); // an empty frame, which is none
            assertEquals(-1, secure.getInputStream().read());
        }
        assertEquals(51, refused("too_many"));
        assertLinks();
    }

    @Test
    void evictingAHandshakeWhoseTaskRunsDoesNotStopTheLoop() throws Exception {
        engines.hold();
        Socket first = intruder("127.0.0.1");
        first.getOutputStream().write(engines.clientHello());
        engines.awaitHeld(1);
        for (int i = 0; i < MOST_HALF_OPEN; i++) {
            intruder("127.0.0.1");
        }
        Await.until(() -> refused("too_many") >= 1, () -> meters.getMetersAsString());
        assertEquals(-1, readOrReset(first));
        runtime.loop().run(() -> {});
        assertFalse(engines.held() > 1);
        engines.release();
        assertLinks();
    }

    private static int readOrReset(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }
}
