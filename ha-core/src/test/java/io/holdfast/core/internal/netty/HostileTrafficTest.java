package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class HostileTrafficTest {
    private static final byte[] PREAMBLE = {'H', 'F', 'S', 'T', 1, 0, 0, 0};

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();
    private final List<RealRuntime> runtimes = new ArrayList<>();

    private InetSocketAddress listen(TransportConfig config) throws IOException {
        RealRuntime server = RealRuntime.create("node-1", config);
        runtimes.add(server);
        server.onFailure(failures::add);
        return server.transport()
                .listen(new Address("127.0.0.1", 0), remote -> {
                    Recorder recorder = new Echo();
                    accepted.add(recorder);
                    return recorder;
                })
                .address();
    }

    @AfterEach
    void closeAll() {
        runtimes.forEach(RealRuntime::close);
        assertEquals(List.of(), List.copyOf(failures));
    }

    private static final class Echo extends Recorder {
        @Override
        public void received(Connection connection, ByteBuf frame) {
            super.received(connection, frame);
            connection.send(Lane.BULK, frame.retain());
        }

        @Override
        public void receivedAll(Connection connection) {
            connection.flush();
        }
    }

    private static Socket dial(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) Duration.ofSeconds(Recorder.LIMIT_SECONDS).toMillis());
        socket.connect(address);
        return socket;
    }

    private static void assertClosedByFarEnd(Socket socket) throws IOException {
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (SocketException reset) {
            return;
        }
        assertEquals(-1, read);
    }

    @Test
    void aHalfFrameWaitsForItsRest() throws Exception {
        InetSocketAddress address = listen(TransportConfig.defaults());
        try (Socket socket = dial(address)) {
            socket.setTcpNoDelay(true);
            byte[] wire = {'H', 'F', 'S', 'T', 1, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
            for (byte each : wire) {
                socket.getOutputStream().write(each);
            }
            Recorder far = accepted.take();
            far.awaitOpened();
            assertArrayEquals("abc".getBytes(StandardCharsets.UTF_8), far.awaitFrame());
            assertArrayEquals("d".getBytes(StandardCharsets.UTF_8), far.awaitFrame());
            byte[] echoed = socket.getInputStream().readNBytes(12);
            assertArrayEquals(new byte[] {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'}, echoed);
        }
    }

    @Test
    void illegalLengthsCloseAtOnceAsProtocol() throws Exception {
        InetSocketAddress address = listen(TransportConfig.defaults());
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 16 * 1024 * 1024 + 1}) {
            try (Socket socket = dial(address)) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.write(PREAMBLE);
                out.writeInt(length);
                assertClosedByFarEnd(socket);
                Recorder.Closed closed = accepted.take().awaitClosed();
                assertEquals(CloseReason.PROTOCOL, closed.reason());
                assertTrue(closed.detail().contains(Integer.toUnsignedString(length)), closed.detail());
            }
        }
    }

    @Test
    void whoeverSendsAnotherPreambleOrNoneIsClosedUnheard() throws Exception {
        InetSocketAddress address = listen(TransportConfig.defaults().withPreambleTimeout(Duration.ofMillis(300)));
        byte[][] wrong = {
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            {'H', 'F', 'S', 'T', 2, 0, 0, 0},
            {'H', 'F', 'S', 'T', 1, 1, 0, 0},
            {'H', 'F', 'S', 'T', 1, 0, 0, 1},
            {'H', 'F', 'S', 'T', 1}, // and then nothing
            {}
        };
        for (byte[] preamble : wrong) {
            try (Socket socket = dial(address)) {
                socket.getOutputStream().write(preamble);
                assertClosedByFarEnd(socket);
            }
        }
        assertTrue(accepted.isEmpty());
    }

    @Test
    void connectionsAboveTheBoundAreClosedAndThoseBelowStay() throws Exception {
        InetSocketAddress address = listen(TransportConfig.defaults().withMaxInboundConnections(2));
        try (Socket first = dial(address);
                Socket second = dial(address)) {
            first.getOutputStream().write(PREAMBLE);
            Recorder far = accepted.take();
            far.awaitOpened();
            second.getOutputStream().write(PREAMBLE);
            accepted.take().awaitOpened();
            try (Socket third = dial(address)) {
                assertClosedByFarEnd(third);
            }
            first.shutdownOutput();
            far.awaitClosed();
            try (Socket fourth = dial(address)) {
                fourth.getOutputStream().write(PREAMBLE);
                accepted.take().awaitOpened();
            }
        }
    }

    @Test
    void aGoodConnectionGoesOnAmidRubbishFromManyOthers() throws Exception {
        InetSocketAddress address = listen(TransportConfig.defaults());
        RealRuntime client = RealRuntime.create("node-2", TransportConfig.defaults());
        runtimes.add(client);
        client.onFailure(failures::add);
        Recorder near = new Recorder();
        client.loop().run(() -> client.transport().connect(address, near));
        Connection good = near.awaitOpened();

        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger attacks = new AtomicInteger();
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int seed = i;
            attackers.add(new Thread(() -> attack(address, new Random(seed), stop, attacks), "attacker-" + i));
        }
        attackers.forEach(Thread::start);
        try {
            long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            int echoed = 0;
            while (System.nanoTime() < end || attacks.get() < 50) {
                byte[] frame = ("message " + echoed++).getBytes(StandardCharsets.UTF_8);
                client.loop().run(() -> {
                    assertTrue(good.send(Lane.BULK, Unpooled.wrappedBuffer(frame)));
                    good.flush();
                });
                assertArrayEquals(frame, near.awaitFrame());
            }
        } finally {
            stop.set(true);
            for (Thread attacker : attackers) {
                attacker.join();
            }
        }
        assertEquals(List.of(), List.copyOf(failures));
    }

    private static void attack(InetSocketAddress address, Random random, AtomicBoolean stop, AtomicInteger attacks) {
        while (!stop.get()) {
            try (Socket socket = dial(address)) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                if (random.nextInt(4) > 0) {
                    out.write(PREAMBLE);
                }
                switch (random.nextInt(4)) {
                    case 0 -> out.writeInt(random.nextInt()); // mostly illegal
                    case 1 -> out.writeInt(16 * 1024 * 1024); // legal, and never followed by its bytes
                    case 2 -> {
                        out.writeInt(100_000);
                        out.write(new byte[random.nextInt(100_000)]);
                    }
                    default -> {
                        byte[] rubbish = new byte[1 + random.nextInt(50_000)];
                        random.nextBytes(rubbish);
                        out.write(rubbish);
                    }
                }
                if (random.nextBoolean()) {
                    socket.setSoLinger(true, 0); // a reset instead of an orderly end
                }
            } catch (IOException closedOnUs) {
                // what a hostile peer should see
            }
            attacks.incrementAndGet();
        }
    }
}
