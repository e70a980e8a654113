package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.testing.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(NoLeaks.class)
class DatagramsTest {
    private static final Address ANY_PORT = new Address("127.0.0.1", 0);

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final List<RealRuntime> runtimes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        runtimes.forEach(RealRuntime::close);
        assertEquals(List.of(), List.copyOf(failures));
    }

    /** A node with a socket. */
    private final class Ear implements Datagrams.Handler {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final RealRuntime runtime;
        final Datagrams.Socket socket;
        volatile Runnable atEach = () -> {};
        volatile InetSocketAddress lastFrom = new InetSocketAddress(0);

        Ear(boolean nativeTransport) throws IOException {
            runtime = RealRuntime.create(
                    "node-" + (runtimes.size() + 1), TransportConfig.defaults().withNativeTransport(nativeTransport));
            runtime.onFailure(failures::add);
            runtimes.add(runtime);
            socket = runtime.datagrams().bind(ANY_PORT, this);
        }

        @Override
        public void received(InetSocketAddress from, ByteBuf payload) {
            lastFrom = from;
            atEach.run();
            heard.add((runtime.loop().inEventLoop() ? "" : "OFF LOOP ") + payload.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void tooLarge(InetSocketAddress from) {
            heard.add("too large");
        }

        @Override
        public void failed(InetSocketAddress to, String detail) {
            heard.add("failed " + to.getPort());
        }

        boolean say(InetSocketAddress to, String what) {
            boolean[] sent = new boolean[1];
            ByteBuf payload = PooledByteBufAllocator.DEFAULT.directBuffer();
            payload.writeCharSequence(what, StandardCharsets.UTF_8);
            runtime.loop().run(() -> sent[0] = socket.send(to, payload));
            return sent[0];
        }

        String next() throws InterruptedException {
            String event = heard.poll(10, TimeUnit.SECONDS);
            assertNotNull(event, "nothing came");
            return event;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsGoToAndFro(boolean nativeTransport) throws Exception {
        Ear a = new Ear(nativeTransport);
        Ear b = new Ear(nativeTransport);
        assertTrue(a.say(b.socket.address(), "hello"));
        assertEquals("hello", b.next());
        assertEquals(a.socket.address(), b.lastFrom);
        String largest = "x".repeat(a.runtime.datagrams().maxDatagramBytes());
        assertTrue(b.say(b.lastFrom, largest));
        assertEquals(largest, a.next());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsTooLargeIsNeverCutShort(boolean nativeTransport) throws Exception {
        Ear ear = new Ear(nativeTransport);
        try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            for (int bytes : new int[] {1_401, 20_000, 3}) {
                stranger.send(new DatagramPacket(
                        "x".repeat(bytes).getBytes(StandardCharsets.UTF_8), bytes, ear.socket.address()));
            }
        }
        assertEquals("too large", ear.next());
        assertEquals("too large", ear.next());
        assertEquals("xxx", ear.next());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPortOfTcpIsFreeForDatagramsAndOneOfDatagramsIsNot(boolean nativeTransport) throws Exception {
        Ear ear = new Ear(nativeTransport);
        Address same = new Address("127.0.0.1", ear.socket.address().getPort());
        ear.runtime.transport().listen(same, remote -> new Recorder()).close();
        IOException taken =
                assertThrows(IOException.class, () -> ear.runtime.datagrams().bind(same, ear));
        assertTrue(taken.getMessage().contains(same.toString()), taken.getMessage());
        ear.socket.close();
        Await.until(() -> binds(ear, same), () -> "the port is not free again"); // NIO frees it at its next turn
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCannotBeSentIsReleasedAndTold(boolean nativeTransport) throws Exception {
        Ear ear = new Ear(nativeTransport);
        InetSocketAddress to = ear.socket.address();
        for (int bytes : new int[] {0, 1_401}) {
            ByteBuf wrong = Unpooled.buffer().writeZero(bytes);
            ear.runtime
                    .loop()
                    .run(() -> assertThrows(IllegalArgumentException.class, () -> ear.socket.send(to, wrong)));
            assertEquals(0, wrong.refCnt());
        }
        ByteBuf unresolved = Unpooled.buffer().writeByte(1);
        ear.runtime
                .loop()
                .run(() -> assertThrows(
                        IllegalArgumentException.class,
                        () -> ear.socket.send(InetSocketAddress.createUnresolved("nowhere", 1), unresolved)));
        assertTrue(ear.say(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "the system refuses port 0"));
        assertEquals("failed 0", ear.next());
        ear.socket.close();
        assertFalse(ear.say(to, "closed"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsSentBeforeACloseLeaves(boolean nativeTransport) throws Exception {
        Ear a = new Ear(nativeTransport);
        Ear b = new Ear(nativeTransport);
        a.runtime.loop().run(() -> {
            a.socket.send(b.socket.address(), Unpooled.copiedBuffer("farewell", StandardCharsets.UTF_8));
            a.socket.close();
        });
        assertEquals("farewell", b.next());
    }

    /** The flood is there before the loop looks, so that it could read all of it in one turn. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFloodLeavesTheLoopToOthers(boolean nativeTransport) throws Exception {
        Ear ear = new Ear(nativeTransport);
        int[] inTurn = new int[2]; // so far, at most
        ear.atEach = () -> {
            if (inTurn[0]++ == 0) {
                ear.runtime.loop().execute(() -> {
                    inTurn[1] = Math.max(inTurn[1], inTurn[0]);
                    inTurn[0] = 0;
                });
            }
        };
        try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ear.runtime.loop().run(() -> {
                for (int i = 0; i < 100; i++) {
                    send(stranger, ear.socket.address());
                }
            });
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("x", ear.next());
        }
        ear.runtime.loop().run(() -> {}); // behind the last count
        assertTrue(inTurn[1] > 0 && inTurn[1] <= Channels.DATAGRAMS_PER_TURN, inTurn[1] + " in one turn");
    }

    private static boolean binds(Ear ear, Address address) {
        try {
            ear.runtime.datagrams().bind(address, ear);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static void send(DatagramSocket from, InetSocketAddress to) {
        try {
            from.send(new DatagramPacket(new byte[] {'x'}, 1, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
