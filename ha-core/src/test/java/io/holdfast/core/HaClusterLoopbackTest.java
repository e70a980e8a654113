package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.LogCapture;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes with the default runtime, over 127.0.0.1. */
@Timeout(60)
class HaClusterLoopbackTest {
    private static final Protocol ECHO = new Protocol(9, "echo");

    /** Says "hello" on each link that comes up, and notes what happens. */
    private static final class Talker implements LinkListener {
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void up(Link link) {
            events.add("up " + link.peer().nodeId());
            link.send(Lane.BULK, Unpooled.copiedBuffer("hello", StandardCharsets.UTF_8));
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            events.add("received " + frame.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            events.add("down " + reason);
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            events.add("failed " + reason);
        }

        void awaitEvent(String wanted) throws InterruptedException {
            String event;
            do {
                event = events.poll(10, TimeUnit.SECONDS);
                assertTrue(event != null, "waited for " + wanted);
            } while (!event.equals(wanted));
        }
    }

    private static HaCluster.Builder accepting(String id, String bind, Talker talker) {
        FakeFeature feature = new FakeFeature("echo");
        feature.onStart = () -> feature.context().links().accept(ECHO, peer -> talker);
        return HaCluster.builder("shop").node(Node.of(id).bind(bind)).with(feature);
    }

    private static HaCluster dialling(String id, String expected, Address target, Talker talker) {
        FakeFeature feature = new FakeFeature("echo");
        feature.onStart = () -> feature.context().links().dial(ECHO, expected, target, talker);
        return HaCluster.builder("shop").node(Node.of(id)).with(feature).start();
    }

    /** Netty says that its loop has ended a moment before the thread has; hence a short join. */
    private static List<String> threadsOf(String nodeId) throws InterruptedException {
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("holdfast-" + nodeId + "-"))
                .toList();
        for (Thread thread : threads) {
            thread.join(1_000);
        }
        return threads.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    }

    @Test
    void aLinkOutlivesTheRestartOfTheFarNode() throws Exception {
        Talker there = new Talker();
        Talker here = new Talker();
        HaCluster first = accepting("loop-a", "127.0.0.1:0", there).start();
        Address address = first.node().advertisedAddress();
        try (HaCluster dialler = dialling("loop-b", "loop-a", address, here)) {
            dialler.awaitReady(Duration.ofSeconds(10));
            here.awaitEvent("up loop-a");
            here.awaitEvent("received hello");
            there.awaitEvent("received hello");
            first.close();
            assertEquals(List.of(), threadsOf("loop-a"));
            here.awaitEvent("down REMOTE");
            here.awaitEvent("failed REFUSED");
            try (HaCluster second =
                    accepting("loop-a", address.toString(), there).start()) {
                here.awaitEvent("up loop-a");
                assertEquals(address, second.node().advertisedAddress());
                there.awaitEvent("received hello");
            }
        }
        assertEquals(List.of(), threadsOf("loop-a"));
        assertEquals(List.of(), threadsOf("loop-b"));
    }

    @Test
    void anAddressInUseFailsTheStartAndLeavesNoThread() throws Exception {
        try (HaCluster first = accepting("loop-c", "127.0.0.1:0", new Talker()).start()) {
            String taken = first.node().advertisedAddress().toString();
            HaCluster second = accepting("loop-d", taken, new Talker()).build();
            StartFailedException failed = assertThrows(StartFailedException.class, second::start);
            String message = String.valueOf(failed.getMessage());
            assertTrue(message.contains("loop-d") && message.contains(taken), message);
            assertTrue(message.toLowerCase(Locale.ROOT).contains("in use"), message);
            assertEquals(List.of(), threadsOf("loop-d"));
        }
        assertEquals(List.of(), threadsOf("loop-c"));
    }

    @Test
    void rubbishAtTheHandshakeDisturbsNobody() throws Exception {
        Talker there = new Talker();
        Talker here = new Talker();
        SplittableRandom random = new SplittableRandom(5);
        try (HaCluster acceptor = accepting("loop-e", "127.0.0.1:0", there).start();
                HaCluster dialler = dialling("loop-f", "loop-e", acceptor.node().advertisedAddress(), here)) {
            here.awaitEvent("received hello");
            int port = acceptor.node().advertisedAddress().port();
            for (int i = 0; i < 100; i++) {
                byte[] frame = new byte[1 + random.nextInt(200)];
                random.nextBytes(frame);
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setSoTimeout(10_000);
                    OutputStream out = socket.getOutputStream();
                    out.write(new byte[] {'H', 'F', 'S', 'T', 1, 0, 0, 0, 0, 0, 0, (byte) frame.length});
                    out.write(frame);
                    out.flush();
                    assertTrue(isClosedByTheFarEnd(socket), "after " + frame.length + " bytes of rubbish");
                }
            }
            assertTrue(dialler.isReady() && acceptor.isReady());
            assertEquals(List.of(), List.copyOf(here.events), "the good link goes on");
        }
    }

    private static boolean isClosedByTheFarEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void noMoreConnectionsAreOpenThanAreAllowed() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (LogCapture log = LogCapture.of("io.holdfast.core");
                HaCluster cluster = HaCluster.builder("shop")
                        .node(Node.of("loop-m"))
                        .maxInboundConnections(16)
                        .start()) {
            int port = cluster.node().bindAddress().port();
            for (int i = 0; i < 17; i++) {
                open.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertTrue(isClosedByTheFarEnd(open.get(16)));
            String said = String.join("\n", log.messages(Level.DEBUG));
            assertTrue(
                    said.contains("(TOO_MANY): 16 are open at")
                            && said.contains("the most allowed (holdfast.cluster.maxInboundConnections)"),
                    said);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void aLoopThatThrowsEndsTheNodeSoon() throws Exception {
        FakeFeature feature = new FakeFeature("broken");
        HaCluster cluster =
                HaCluster.singleNode().node(Node.of("loop-g")).with(feature).start();
        feature.context().runtime().loop().execute(() -> {
            throw new IllegalStateException("broken invariant");
        });
        NotAvailableException ended = assertThrows(NotAvailableException.class, () -> {
            while (true) {
                cluster.awaitReady(Duration.ofSeconds(10));
            }
        });
        assertTrue(String.valueOf(ended.getMessage()).contains("broken invariant"), ended.toString());
        cluster.stopAsync().get(10, TimeUnit.SECONDS);
        assertEquals(List.of(), threadsOf("loop-g"));
    }
}
