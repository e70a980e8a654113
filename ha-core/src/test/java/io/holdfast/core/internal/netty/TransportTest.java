package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Transport.Listener;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class TransportTest {
    private static final Address ANY_PORT = new Address("127.0.0.1", 0);
    private static final int KIB = 1024;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final List<RealRuntime> runtimes = new ArrayList<>();

    private RealRuntime runtime(TransportConfig config) {
        RealRuntime runtime = RealRuntime.create("node-" + (runtimes.size() + 1), config);
        runtime.onFailure(failures::add);
        runtimes.add(runtime);
        return runtime;
    }

    @AfterEach
    void closeAll() {
        runtimes.forEach(RealRuntime::close);
        assertEquals(List.of(), List.copyOf(failures));
    }

    /** Two ends of one connection between two nodes. */
    private record Pair(
            RealRuntime client,
            Recorder near,
            Connection nearEnd,
            RealRuntime server,
            Recorder far,
            Connection farEnd) {

        void onClient(Runnable task) {
            client.loop().run(task);
        }

        void onServer(Runnable task) {
            server.loop().run(task);
        }
    }

    private Pair pair(TransportConfig config) throws Exception {
        return pair(config, new Recorder());
    }

    private Pair pair(TransportConfig config, Recorder far) throws Exception {
        RealRuntime server = runtime(config);
        Listener listener = server.transport().listen(ANY_PORT, remote -> far);
        RealRuntime client = runtime(config);
        Recorder near = new Recorder();
        client.loop().run(() -> {
            client.transport().connect(listener.address(), near);
            assertTrue(near.heardNothing());
        });
        return new Pair(client, near, near.awaitOpened(), server, far, far.awaitOpened());
    }

    private static ByteBuf bytes(int length, int value) {
        return PooledByteBufAllocator.DEFAULT
                .directBuffer(length)
                .writeZero(length)
                .setByte(0, value);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static void send(Connection connection, Lane lane, ByteBuf frame) {
        assertTrue(connection.send(lane, frame));
        connection.flush();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void framesOfEverySizeArriveWholeAndInOrderOnBothKindsOfChannel(boolean nativeTransport) throws Exception {
        int max = 300 * KIB;
        Recorder echo = new Recorder() {
            @Override
            public void received(Connection connection, ByteBuf frame) {
                assertTrue(connection.send(Lane.BULK, frame.retain()));
            }

            @Override
            public void receivedAll(Connection connection) {
                connection.flush();
            }
        };
        Pair pair = pair(TransportConfig.defaults().withMaxFrameBytes(max).withNativeTransport(nativeTransport), echo);
        int[] sizes = {1, 2, 3, 4, 5, 1023, 1024, 1025, 16 * KIB, 65_536, 65_537, 256 * KIB + 1, max - 1, max};
        List<ByteBuf> sent = new ArrayList<>();
        pair.onClient(() -> {
            for (int size : sizes) {
                ByteBuf frame = bytes(size, size);
                frame.setByte(size - 1, 77);
                sent.add(frame);
                assertTrue(pair.nearEnd.send(Lane.BULK, frame));
            }
            pair.nearEnd.flush();
        });
        for (int size : sizes) {
            byte[] expected = new byte[size];
            expected[0] = (byte) size;
            expected[size - 1] = 77;
            assertArrayEquals(expected, pair.near.awaitFrame(), "frame of " + size);
        }
        pair.onClient(() -> {
            assertEquals(0, pair.nearEnd.queuedBytes());
            sent.forEach(frame -> assertEquals(0, frame.refCnt()));
        });
    }

    @Test
    void aCompositeFrameIsSentAsItIs() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        CompositeByteBuf frame = PooledByteBufAllocator.DEFAULT
                .compositeDirectBuffer()
                .addComponent(true, bytes(5000, 1))
                .addComponent(true, bytes(3000, 2));
        pair.onClient(() -> send(pair.nearEnd, Lane.BULK, frame));
        byte[] received = pair.far.awaitFrame();
        assertEquals(8000, received.length);
        assertEquals(1, received[0]);
        assertEquals(2, received[5000]);
        pair.onClient(() -> assertEquals(0, frame.refCnt()));
    }

    @Test
    void framesThatArriveTogetherAreAnnouncedTogether() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.onClient(() -> {
            assertTrue(pair.nearEnd.send(Lane.BULK, text("one")));
            send(pair.nearEnd, Lane.BULK, text("two"));
        });
        assertInstanceOf(Recorder.Frame.class, pair.far.next());
        assertInstanceOf(Recorder.Frame.class, pair.far.next());
        assertInstanceOf(Recorder.All.class, pair.far.next());
    }

    @Test
    void anUrgentFrameOvertakesBulkThatWaits() throws Exception {
        int size = 64 * KIB;
        int count = 500;
        Pair pair = pair(TransportConfig.defaults());
        pair.onServer(() -> pair.farEnd.setReading(false));
        long[] waiting = new long[1];
        pair.onClient(() -> {
            for (int i = 0; i < count; i++) {
                assertTrue(pair.nearEnd.send(Lane.BULK, bytes(size, 'b')));
            }
            pair.nearEnd.flush();
            waiting[0] = pair.nearEnd.queuedBytes();
            send(pair.nearEnd, Lane.URGENT, text("u"));
        });
        pair.onServer(() -> pair.farEnd.setReading(true));
        int before = 0;
        while (pair.far.awaitFrame()[0] == 'b') {
            before++;
        }
        long overtaken = (count - before) * (long) size;
        assertTrue(
                overtaken >= waiting[0] - NettyConnection.HIGH_MARK_BYTES - size && overtaken > 0,
                () -> "overtook " + overtaken + " of " + waiting[0] + " waiting bytes");
        for (int i = before; i < count; i++) {
            assertEquals('b', pair.far.awaitFrame()[0]);
        }
    }

    @Test
    void aFullLaneRefusesAndReleasesAndTheOtherStillTakes() throws Exception {
        TransportConfig config =
                TransportConfig.defaults().withMaxFrameBytes(64 * KIB).withQueueBytes(2 * KIB, 64 * KIB);
        Pair pair = pair(config);
        pair.onClient(() -> {
            for (int i = 0; i < 64; i++) {
                assertTrue(pair.nearEnd.send(Lane.BULK, bytes(KIB, 1)));
            }
            ByteBuf refused = bytes(1, 1);
            assertFalse(pair.nearEnd.send(Lane.BULK, refused));
            assertEquals(0, refused.refCnt());
            assertTrue(pair.nearEnd.send(Lane.URGENT, bytes(2 * KIB, 2)));
            assertFalse(pair.nearEnd.send(Lane.URGENT, bytes(1, 2)));
            assertEquals(66 * KIB, pair.nearEnd.queuedBytes());
            pair.nearEnd.flush();
            assertTrue(pair.nearEnd.send(Lane.BULK, bytes(1, 1)), "the system took what waited");
        });
        assertEquals(2, pair.far.awaitFrame()[0]);
        assertEquals(1, pair.far.awaitFrame()[0]);
    }

    @Test
    void framesOutsideTheLegalLengthsAreACallersMistake() throws Exception {
        Pair pair = pair(TransportConfig.defaults().withMaxFrameBytes(KIB));
        pair.onClient(() -> {
            ByteBuf large = bytes(KIB + 1, 1);
            assertThrows(IllegalArgumentException.class, () -> pair.nearEnd.send(Lane.BULK, large));
            assertEquals(0, large.refCnt());
            assertThrows(IllegalArgumentException.class, () -> pair.nearEnd.send(Lane.BULK, Unpooled.buffer(1)));
        });
    }

    @Test
    void aDrainedQueueIsTold() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.onServer(() -> pair.farEnd.setReading(false));
        pair.onClient(() -> {
            for (int i = 0; i < 200; i++) {
                assertTrue(pair.nearEnd.send(Lane.BULK, bytes(128 * KIB, 1)));
            }
            pair.nearEnd.flush();
            assertTrue(pair.nearEnd.queuedBytes() > NettyConnection.HIGH_MARK_BYTES);
        });
        assertTrue(pair.near.heardNothing());
        pair.onServer(() -> pair.farEnd.setReading(true));
        Recorder.Writable writable = assertInstanceOf(Recorder.Writable.class, pair.near.next());
        assertTrue(writable.queuedBytes() < NettyConnection.LOW_MARK_BYTES);
    }

    @Test
    void whileReadingIsStoppedNoFrameIsHandedOver() throws Exception {
        Recorder oneAtATime = new Recorder() {
            @Override
            public void received(Connection connection, ByteBuf frame) {
                super.received(connection, frame);
                connection.setReading(false);
            }
        };
        Pair pair = pair(TransportConfig.defaults(), oneAtATime);
        pair.onClient(() -> {
            for (int i = 0; i < 3; i++) {
                assertTrue(pair.nearEnd.send(Lane.BULK, bytes(10, i)));
            }
            pair.nearEnd.flush();
        });
        for (int i = 0; i < 3; i++) {
            assertEquals(i, pair.far.awaitFrame()[0]);
            assertInstanceOf(Recorder.All.class, pair.far.next());
            pair.onServer(() -> {
                assertTrue(pair.far.heardNothing());
                pair.farEnd.setReading(true);
                assertTrue(pair.far.heardNothing(), "never from within the call");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFarEndThatClosesWhileReadingIsStoppedIsNoticedAtTheLatestWhenItIsResumed(boolean nativeTransport)
            throws Exception {
        Pair pair = pair(TransportConfig.defaults().withNativeTransport(nativeTransport));
        pair.onServer(() -> pair.farEnd.setReading(false));
        pair.onClient(() -> {
            for (int i = 0; i < 3; i++) {
                assertTrue(pair.nearEnd.send(Lane.BULK, bytes(KIB, i)));
            }
            pair.nearEnd.close("leaving");
        });
        pair.near.awaitClosed();
        pair.onServer(() -> pair.farEnd.setReading(true));
        assertEquals(CloseReason.REMOTE, pair.far.awaitClosed().reason());
    }

    @Test
    void theBytesOnTheWireAreAPreambleThenLengthsAndFrames() throws Exception {
        RealRuntime client = runtime(TransportConfig.defaults());
        Recorder near = new Recorder();
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(plain.getInetAddress(), plain.getLocalPort());
            client.loop().run(() -> client.transport().connect(address, near));
            try (Socket accepted = plain.accept()) {
                assertEquals(
                        "4846535401000000",
                        HexFormat.of().formatHex(accepted.getInputStream().readNBytes(8)));
                Connection connection = near.awaitOpened();
                assertEquals(address, connection.remote());
                client.loop().run(() -> send(connection, Lane.BULK, text("ab")));
                assertEquals(
                        "000000026162",
                        HexFormat.of().formatHex(accepted.getInputStream().readNBytes(6)));
            }
        }
        assertEquals(CloseReason.REMOTE, near.awaitClosed().reason());
    }

    @Test
    void aDialToAPortWithoutAListenerIsRefused() throws Exception {
        RealRuntime server = runtime(TransportConfig.defaults());
        Listener listener = server.transport().listen(ANY_PORT, remote -> new Recorder());
        InetSocketAddress address = listener.address();
        server.loop().run(listener::close);
        for (boolean nativeTransport : new boolean[] {true, false}) {
            RealRuntime client = runtime(TransportConfig.defaults().withNativeTransport(nativeTransport));
            Recorder near = new Recorder();
            client.loop().run(() -> client.transport().connect(address, near));
            Recorder.Closed closed = near.awaitClosed();
            assertEquals(CloseReason.REFUSED, closed.reason(), closed.detail());
        }
    }

    @Test
    void aDialWithoutAnAnswerOrARouteOrAnAddressIsUnreachable() throws Exception {
        assertEquals(CloseReason.UNREACHABLE, NettyTransport.reason(new ConnectException("Connection timed out")));
        assertEquals(CloseReason.UNREACHABLE, NettyTransport.reason(new NoRouteToHostException("No route to host")));
        RealRuntime client = runtime(TransportConfig.defaults());
        Recorder near = new Recorder();
        client.loop().run(() -> client.transport().connect(InetSocketAddress.createUnresolved("node-9", 1), near));
        Recorder.Closed closed = near.awaitClosed();
        assertEquals(CloseReason.UNREACHABLE, closed.reason());
        assertTrue(closed.detail().contains("node-9"));
    }

    @Test
    void closingSendsWhatIsQueuedAndEachEndHearsItsOwnReason() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.onClient(() -> {
            assertTrue(pair.nearEnd.send(Lane.BULK, text("farewell")));
            pair.nearEnd.close("done here");
            pair.nearEnd.close("again");
            assertTrue(pair.near.heardNothing(), "never from within the call");
            ByteBuf late = text("late");
            assertFalse(pair.nearEnd.send(Lane.BULK, late));
            assertEquals(0, late.refCnt());
        });
        assertArrayEquals("farewell".getBytes(StandardCharsets.UTF_8), pair.far.awaitFrame());
        assertEquals(CloseReason.REMOTE, pair.far.awaitClosed().reason());
        assertEquals(new Recorder.Closed(CloseReason.LOCAL, "done here"), pair.near.awaitClosed());
    }

    @Test
    void whatTheSystemDoesNotTakeAtTheCloseIsReleased() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.onServer(() -> pair.farEnd.setReading(false));
        List<ByteBuf> sent = new ArrayList<>();
        pair.onClient(() -> {
            for (int i = 0; i < 200; i++) {
                sent.add(bytes(128 * KIB, 1));
                assertTrue(pair.nearEnd.send(Lane.BULK, sent.get(i)));
            }
            pair.nearEnd.flush();
            sent.add(bytes(1, 1));
            assertTrue(pair.nearEnd.send(Lane.URGENT, sent.get(200)));
            pair.nearEnd.close("enough");
        });
        pair.near.awaitClosed();
        sent.forEach(frame -> assertEquals(0, frame.refCnt()));
    }

    @Test
    void whatWaitsWhenTheFarEndGoesIsReleased() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.onServer(() -> pair.farEnd.setReading(false));
        List<ByteBuf> sent = new ArrayList<>();
        pair.onClient(() -> {
            for (int i = 0; i < 200; i++) {
                sent.add(bytes(128 * KIB, 1));
                assertTrue(pair.nearEnd.send(Lane.BULK, sent.get(i)));
            }
            pair.nearEnd.flush();
            assertTrue(pair.nearEnd.queuedBytes() > NettyConnection.HIGH_MARK_BYTES);
        });
        pair.server.close();
        assertEquals(CloseReason.REMOTE, pair.near.awaitClosed().reason());
        sent.forEach(frame -> assertEquals(0, frame.refCnt()));
    }

    @Test
    void aMalformedFrameCostsItsConnectionAndNothingElse() throws Exception {
        Recorder strict = new Recorder() {
            @Override
            public void received(Connection connection, ByteBuf frame) {
                throw new MalformedFrameException("type 9 is unknown");
            }
        };
        Pair pair = pair(TransportConfig.defaults(), strict);
        pair.onClient(() -> send(pair.nearEnd, Lane.BULK, text("x")));
        assertEquals(new Recorder.Closed(CloseReason.PROTOCOL, "type 9 is unknown"), strict.awaitClosed());
        assertEquals(CloseReason.REMOTE, pair.near.awaitClosed().reason());
    }

    @Test
    void anythingElseThatAHandlerThrowsStopsTheNode() throws Exception {
        IllegalStateException invariant = new IllegalStateException("two masters in term 7");
        Recorder broken = new Recorder() {
            @Override
            public void received(Connection connection, ByteBuf frame) {
                throw invariant;
            }
        };
        Pair pair = pair(TransportConfig.defaults(), broken);
        pair.onClient(() -> send(pair.nearEnd, Lane.BULK, text("x")));
        assertSame(invariant, failures.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS));
        assertEquals(CloseReason.LOCAL, broken.awaitClosed().reason());
    }

    @Test
    void closingTheRuntimeClosesItsConnections() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        pair.server.close();
        assertEquals(CloseReason.LOCAL, pair.far.awaitClosed().reason());
        assertEquals(CloseReason.REMOTE, pair.near.awaitClosed().reason());
    }

    @Test
    void aRestartedNodeBindsItsPortAtOnce() throws Exception {
        Pair pair = pair(TransportConfig.defaults());
        RealRuntime first = runtime(TransportConfig.defaults());
        Recorder accepted = new Recorder();
        InetSocketAddress address =
                first.transport().listen(ANY_PORT, remote -> accepted).address();
        Recorder dialler = new Recorder();
        pair.onClient(() -> pair.client.transport().connect(address, dialler));
        accepted.awaitOpened();
        first.close(); // this side closes first, so its port goes into TIME_WAIT
        dialler.awaitClosed();
        RealRuntime second = runtime(TransportConfig.defaults());
        Listener again =
                second.transport().listen(new Address("127.0.0.1", address.getPort()), remote -> new Recorder());
        assertEquals(address, again.address());
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        RealRuntime server = runtime(TransportConfig.defaults());
        InetSocketAddress taken =
                server.transport().listen(ANY_PORT, remote -> new Recorder()).address();
        Address bind = new Address("127.0.0.1", taken.getPort());
        IOException failure =
                assertThrows(IOException.class, () -> server.transport().listen(bind, remote -> new Recorder()));
        assertTrue(failure.getMessage().contains("node-1 cannot listen at " + bind), failure.getMessage());
        AtomicReference<IOException> onLoop = new AtomicReference<>();
        server.loop()
                .run(() -> onLoop.set(assertThrows(
                        IOException.class, () -> server.transport().listen(bind, remote -> new Recorder()))));
        assertNotNull(onLoop.get());
    }

    @Test
    void listeningWorksOnTheLoopToo() throws Exception {
        RealRuntime server = runtime(TransportConfig.defaults());
        AtomicReference<Listener> listener = new AtomicReference<>();
        server.loop().run(() -> {
            try {
                listener.set(server.transport().listen(ANY_PORT, remote -> new Recorder()));
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        assertTrue(listener.get().address().getPort() > 0);
    }

    @Test
    void theConfigurationSaysWhatIsWrong() {
        TransportConfig config = TransportConfig.defaults();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> config.withMaxFrameBytes(0))
                .getMessage()
                .contains("maxFrameBytes is 0"));
        assertThrows(IllegalArgumentException.class, () -> config.withQueueBytes(KIB, KIB));
        assertThrows(IllegalArgumentException.class, () -> config.withConnectTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> config.withMaxInboundConnections(0));
    }
}
