package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemFiles;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.runtime.Transport.Acceptor;
import io.holdfast.core.runtime.Transport.Refusal;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class TlsTransportTest {
    private static final byte[] TLS = {'H', 'F', 'S', 'T', 1, 1, 0, 0};

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private final List<RealRuntime> runtimes = new ArrayList<>();

    @TempDir
    Path directory;

    private RealRuntime runtime(String id, TransportConfig config) throws Exception {
        authority.write(directory, "ca");
        authority.issue(Order.of("x", id)).write(directory, id);
        PemFiles files = new PemFiles(
                directory.resolve(id + ".crt"), directory.resolve(id + ".key"), directory.resolve("ca.crt"), null);
        RealRuntime runtime = RealRuntime.create(id, config, NodeCredentials.load(files, true, names -> true));
        runtime.onFailure(failures::add);
        runtimes.add(runtime);
        return runtime;
    }

    private InetSocketAddress listen(RealRuntime server) throws IOException {
        return server.transport()
                .listen(new Address("127.0.0.1", 0), new Acceptor() {
                    @Override
                    public ConnectionHandler accept(InetSocketAddress remote) {
                        Recorder recorder = new Recorder();
                        accepted.add(recorder);
                        return recorder;
                    }

                    @Override
                    public @Nullable ByteBuf refused(InetSocketAddress remote, Refusal refusal, String detail) {
                        refused.add(refusal + ": " + detail);
                        return null;
                    }
                })
                .address();
    }

    private Recorder dial(RealRuntime client, InetSocketAddress address) {
        Recorder near = new Recorder();
        client.transport().connect(address, near);
        return near;
    }

    private Recorder awaitAccepted() throws InterruptedException {
        Recorder far = accepted.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(far, () -> "nobody was accepted; refused: " + refused);
        return far;
    }

    @AfterEach
    void closeAll() {
        runtimes.forEach(RealRuntime::close);
        assertEquals(List.of(), List.copyOf(failures));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void framesCrossInOrderAndAllThatWaitsIsSentBeforeAClose(boolean nativeTransport) throws Exception {
        TransportConfig config = TransportConfig.defaults().withNativeTransport(nativeTransport);
        RealRuntime one = runtime("node-1", config);
        RealRuntime two = runtime("node-2", config);
        Recorder near = dial(one, listen(two));
        Connection here = near.awaitOpened();
        Recorder far = awaitAccepted();
        Connection there = far.awaitOpened();
        assertEquals(new PeerIdentity(List.of("node-2"), true), here.peerIdentity());
        assertEquals(new PeerIdentity(List.of("node-1"), true), there.peerIdentity());
        one.loop().run(() -> {
            for (int i = 0; i < 500; i++) {
                here.send(Lane.BULK, Unpooled.wrappedBuffer(new byte[] {(byte) i}, new byte[i * 100]));
            }
            here.flush();
            assertTrue(here.queuedBytes() > 1 << 20, "it does not know what waits: " + here.queuedBytes());
        });
        for (int i = 0; i < 500; i++) {
            byte[] frame = far.awaitFrame();
            assertEquals(1 + i * 100, frame.length);
            assertEquals((byte) i, frame[0]);
        }
        Await.until(() -> queued(one, here) == 0, () -> queued(one, here) + " bytes still wait");
        byte[] last = "farewell".getBytes(StandardCharsets.UTF_8);
        two.loop().run(() -> {
            there.send(Lane.URGENT, Unpooled.wrappedBuffer(last));
            there.close("enough");
        });
        near.next(); // that the queue has drained
        assertArrayEquals(last, near.awaitFrame());
        assertEquals(CloseReason.REMOTE, near.awaitClosed().reason());
    }

    private static long queued(RealRuntime runtime, Connection connection) {
        long[] bytes = new long[1];
        runtime.loop().run(() -> bytes[0] = connection.queuedBytes());
        return bytes[0];
    }

    @Test
    void whoeverReadsSlowlyHoldsBackWhoeverSends() throws Exception {
        RealRuntime one = runtime("node-1", TransportConfig.defaults());
        RealRuntime two = runtime("node-2", TransportConfig.defaults());
        Recorder near = dial(one, listen(two));
        Connection here = near.awaitOpened();
        Recorder far = awaitAccepted();
        Connection there = far.awaitOpened();
        two.loop().run(() -> there.setReading(false));
        byte[] large = new byte[4 << 20];
        one.loop().run(() -> {
            for (int i = 0; i < 10; i++) {
                assertTrue(here.send(Lane.BULK, Unpooled.wrappedBuffer(large)));
            }
            here.flush();
        });
        assertTrue(queued(one, here) > 16 << 20, "a far end that reads nothing took all");
        two.loop().run(() -> there.setReading(true));
        for (int i = 0; i < 10; i++) {
            assertEquals(large.length, far.awaitFrame().length);
        }
    }

    /** Somebody on the way changes a bit: the connection ends, and neither node. */
    @Test
    void whatIsChangedOnTheWayCostsTheConnectionAlone() throws Exception {
        RealRuntime one = runtime("node-1", TransportConfig.defaults());
        RealRuntime two = runtime("node-2", TransportConfig.defaults());
        InetSocketAddress address = listen(two);
        try (Meddler meddler = new Meddler(address)) {
            Recorder near = dial(one, meddler.address());
            Connection here = near.awaitOpened();
            Recorder far = awaitAccepted();
            far.awaitOpened();
            meddler.changes = true;
            one.loop().run(() -> {
                here.send(Lane.BULK, Unpooled.wrappedBuffer(new byte[1000]));
                here.flush();
            });
            assertEquals(CloseReason.SECURITY, far.awaitClosed().reason());
            assertFalse(near.awaitClosed().reason() == CloseReason.LOCAL);
        }
        Recorder again = dial(one, address);
        again.awaitOpened();
    }

    private static final class Meddler implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new ArrayList<>();
        volatile boolean changes;

        Meddler(InetSocketAddress target) throws IOException {
            start(() -> {
                Socket near = server.accept();
                Socket far = new Socket(target.getAddress(), target.getPort());
                sockets.add(near);
                sockets.add(far);
                start(() -> copy(near, far));
                start(() -> copy(far, near));
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void start(Work work) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            work.run();
                        } catch (IOException closed) {
                            return;
                        }
                    },
                    "meddler");
            thread.setDaemon(true);
            thread.start();
        }

        private void copy(Socket from, Socket to) throws IOException {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65536];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (changes) {
                    buffer[n - 1] ^= 1;
                }
                out.write(buffer, 0, n);
            }
            to.close();
            from.close();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : List.copyOf(sockets)) {
                socket.close();
            }
        }
    }

    @Test
    void thoseThatTakeLongestMakeRoomForOthers() throws Exception {
        RealRuntime two = runtime("node-2", TransportConfig.defaults().withPreambleTimeout(Duration.ofSeconds(50)));
        InetSocketAddress address = listen(two);
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(address.getAddress(), address.getPort());
                socket.getOutputStream().write(TLS);
                idle.add(socket);
            }
            Await.until(() -> refused.size() >= 300 - 256, () -> refused.size() + " had to go");
            assertTrue(refused.stream()
                    .allMatch(line -> line.startsWith("TOO_MANY: was the slowest of 256 of its address")));
            assertTrue(hasEnded(idle.get(0)));
            RealRuntime one = runtime("node-1", TransportConfig.defaults());
            dial(one, address).awaitOpened();
            awaitAccepted().awaitOpened();
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private static boolean hasEnded(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) { // an end as good as any
            return true;
        }
    }

    @Test
    void aFarEndThatSaysNothingIsGivenUp() throws Exception {
        RealRuntime one = runtime("node-1", TransportConfig.defaults().withPreambleTimeout(Duration.ofMillis(300)));
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Recorder near = dial(one, (InetSocketAddress) silent.getLocalSocketAddress());
            Recorder.Closed closed = near.awaitClosed();
            assertEquals(CloseReason.UNREACHABLE, closed.reason());
            assertEquals("no TLS handshake within PT0.3S", closed.detail());
        }
    }
}
