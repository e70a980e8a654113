package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.spi.Seal;
import io.holdfast.core.testing.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams on a node's port, over 127.0.0.1. */
@Timeout(60)
class DatagramPortTest {
    private static final String OLD = "a1".repeat(32);
    private static final String NEW = "b2".repeat(32);

    private final List<HaCluster> clusters = new ArrayList<>();

    @AfterEach
    void stopAll() {
        clusters.forEach(HaCluster::stop);
    }

    /** A node that says what it hears. */
    private final class Talker implements HaFeature, RunningFeature, DatagramPort.Handler {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        final KeyRing.@Nullable Source keys;

        @Nullable
        FeatureContext context;

        @Nullable
        DatagramPort port;

        boolean boundAtStart;

        Talker(KeyRing.@Nullable Source keys) {
            this.keys = keys;
        }

        Talker start(Node node, @Nullable NodeRuntime runtime) {
            HaCluster.Builder builder =
                    HaCluster.builder("shop").node(node).with(this).meterRegistry(meters);
            HaCluster cluster = (runtime == null ? builder : builder.runtime(runtime)).start();
            clusters.add(cluster);
            return this;
        }

        Talker start(String id) {
            return start(Node.of(id).bind("127.0.0.1:0"), null);
        }

        FeatureContext context() {
            if (context == null) {
                throw new AssertionError("not created");
            }
            return context;
        }

        DatagramPort port() {
            if (port == null) {
                throw new AssertionError("not created");
            }
            return port;
        }

        InetSocketAddress address() {
            return new InetSocketAddress(
                    InetAddress.getLoopbackAddress(),
                    context().node().bindAddress().port());
        }

        boolean say(Talker to, String what) {
            boolean[] sent = new boolean[1];
            ByteBuf payload = Unpooled.copiedBuffer(what, StandardCharsets.UTF_8);
            context().runtime().loop().run(() -> sent[0] = port().send(to.address(), payload));
            return sent[0];
        }

        void expect(String wanted) throws InterruptedException {
            String event = heard.poll(10, TimeUnit.SECONDS);
            assertNotNull(event, "waited for " + wanted);
            assertEquals(wanted, event);
        }

        double dropped(String reason) {
            var counter = meters.find("holdfast.datagrams.dropped")
                    .tag("reason", reason)
                    .counter();
            return counter == null ? 0 : counter.count();
        }

        @Override
        public String name() {
            return "talker";
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext given) {
            context = given;
            port = given.datagrams(given.seal(keys, 0), this);
            assertThrows(IllegalStateException.class, () -> given.datagrams(given.seal(null, 0), this));
            return this;
        }

        @Override
        public void received(InetSocketAddress from, ByteBuf payload) {
            String text = payload.toString(StandardCharsets.UTF_8);
            heard.add(text);
            if (text.equals("nonsense")) {
                throw new MalformedFrameException("nonsense");
            }
        }

        @Override
        public void refused(InetSocketAddress from, Seal.Outcome why, String detail) {
            heard.add(why.name());
        }

        @Override
        public void open() {}

        @Override
        public void start() {
            boundAtStart = port().isBound();
            context().ready(true, "");
        }

        @Override
        public void stop(Runnable stopped) {
            stopped.run();
        }

        @Override
        public void close() {}
    }

    @Test
    void nodesTalkOnTheNumberOfTheirTcpPort() throws Exception {
        Talker a = new Talker(null).start("a");
        Talker b = new Talker(null).start("b");
        assertTrue(a.boundAtStart);
        assertEquals("", a.port().problem());
        assertTrue(a.say(b, "hello"));
        b.expect("hello");
        String largest = "x".repeat(b.port().maxPayloadBytes());
        assertTrue(b.say(a, largest));
        a.expect(largest);
        assertEquals(1, a.meters.get("holdfast.datagrams.sent").counter().count());
        assertEquals(
                1_400,
                a.meters.get("holdfast.datagrams.received.bytes").counter().count());
        clusters.forEach(HaCluster::stop);
        assertEquals(
                List.of(),
                a.meters.getMeters().stream()
                        .map(meter -> meter.getId().getName())
                        .filter(name -> name.startsWith("holdfast.datagrams"))
                        .toList());
    }

    @Test
    void withKeysOnlyThoseWhoHaveThemAreHeard() throws Exception {
        Talker a = new Talker(KeyRing.of(OLD).always()).start("a");
        Talker b = new Talker(KeyRing.of(NEW, OLD).always()).start("b");
        Talker intruder = new Talker(null).start("intruder");
        assertTrue(a.say(b, "hello"));
        b.expect("hello");
        assertTrue(b.say(a, "sealed with the new key"));
        a.expect("FOREIGN");
        assertTrue(intruder.say(a, "let me in"));
        a.expect("FOREIGN");
        assertEquals(2, a.dropped("foreign"));
        byte[] large = new byte[1_401];
        try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            stranger.send(new DatagramPacket(large, large.length, a.address()));
            stranger.send(new DatagramPacket(large, 5, a.address()));
        }
        a.expect("MALFORMED");
        assertEquals(1, a.dropped("too_large"));
        assertEquals(1, a.dropped("malformed"));
    }

    @Test
    void aMessageThatIsNoneDisturbsNobody() throws Exception {
        Talker a = new Talker(null).start("a");
        Talker b = new Talker(null).start("b");
        assertTrue(a.say(b, "nonsense"));
        b.expect("nonsense");
        assertTrue(a.say(b, "hello"));
        b.expect("hello");
        assertEquals(1, b.dropped("malformed_payload"));
    }

    @Test
    void keysInAFileAreChangedWhileRunning(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("keys");
        Files.writeString(file, OLD);
        KeyRing.Source quick = new KeyRing.Source() {
            @Override
            public KeyRing read() throws IOException {
                return KeyRing.inFile(file).read();
            }

            @Override
            public Duration rereadEvery() {
                return Duration.ofMillis(100);
            }
        };
        Talker a = new Talker(quick).start("a");
        Talker old = new Talker(KeyRing.of(OLD).always()).start("old");
        Talker renewed = new Talker(KeyRing.of(NEW).always()).start("renewed");
        assertTrue(renewed.say(a, "too early"));
        a.expect("FOREIGN");
        Files.writeString(file, "nonsense"); // of no use: what was read before stays
        Files.writeString(file, NEW + "\n" + OLD);
        Await.until(
                () -> {
                    renewed.say(a, "hello");
                    String heard = a.heard.poll();
                    return heard != null && heard.equals("hello");
                },
                () -> "the new key was not taken");
        a.heard.clear();
        Await.until(
                () -> {
                    assertTrue(old.say(a, "still here"));
                    return a.heard.contains("still here");
                },
                () -> "the old key was dropped");
        assertTrue(a.say(renewed, "with the new one"));
        renewed.expect("with the new one");
    }

    @Test
    void keysThatCannotBeReadEndTheStart(@TempDir Path directory) {
        Talker a = new Talker(KeyRing.inFile(directory.resolve("none")));
        StartFailedException failed = assertThrows(StartFailedException.class, () -> a.start("a"));
        assertTrue(failed.getMessage().contains("has no keys"), failed.getMessage());
    }

    @Test
    void theToleranceOfClocksHasARange() {
        for (Duration wrong : List.of(Duration.ofMillis(999), Duration.ofDays(2))) {
            KeyRing.Source source = new KeyRing.Source() {
                @Override
                public KeyRing read() {
                    return KeyRing.of(OLD);
                }

                @Override
                public Duration clockTolerance() {
                    return wrong;
                }
            };
            Talker a = new Talker(source);
            StartFailedException failed = assertThrows(StartFailedException.class, () -> a.start("a"));
            assertTrue(failed.getMessage().contains("clockTolerance"), failed.getMessage());
        }
    }

    @Test
    void withoutAPortForDatagramsTheNodeStartsAndTheFeatureKnows() throws Exception {
        try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Talker a = new Talker(null);
            a.start(Node.of("a").bind("127.0.0.1:" + other.getLocalPort()), null);
            assertFalse(a.boundAtStart);
            assertTrue(a.port().problem().contains("UDP"), a.port().problem());
            assertFalse(a.say(a, "lost"));
            assertEquals(1, a.dropped("not_bound"));
            assertTrue(clusters.get(0).isReady());
        }
    }

    @Test
    void aClientBindsNothing() {
        Talker a = new Talker(null);
        a.start(Node.client("c"), null);
        assertFalse(a.boundAtStart);
        assertEquals("a client binds no port", a.port().problem());
    }

    @Test
    void whereTheSystemChoosesAPortOneIsFoundForBoth() throws Exception {
        List<Integer> asked = new ArrayList<>();
        Talker a = new Talker(null);
        a.start(Node.of("a").bind("127.0.0.1:0"), takenAtFirst("a", 2, asked));
        assertTrue(a.boundAtStart);
        assertEquals(3, asked.stream().distinct().count(), "" + asked);
        assertEquals(asked.get(2), a.context().node().bindAddress().port());
        Talker b = new Talker(null);
        b.start(Node.of("b").bind("127.0.0.1:0"), takenAtFirst("b", 100, new ArrayList<>()));
        assertFalse(b.boundAtStart);
        assertTrue(a.say(b, "hello"), "nobody knows that it goes nowhere");
    }

    /** A real runtime in which the first ports cannot be had for datagrams. */
    private static NodeRuntime takenAtFirst(String id, int times, List<Integer> asked) {
        NodeRuntime real = RealRuntime.create(id, TransportConfig.defaults());
        Datagrams datagrams = new Datagrams() {
            @Override
            public Socket bind(Address bind, Handler handler) throws IOException {
                asked.add(bind.port());
                if (asked.size() <= times) {
                    throw new IOException("taken, says the test");
                }
                return real.datagrams().bind(bind, handler);
            }

            @Override
            public int maxDatagramBytes() {
                return real.datagrams().maxDatagramBytes();
            }
        };
        return (NodeRuntime) Proxy.newProxyInstance(
                DatagramPortTest.class.getClassLoader(), new Class<?>[] {NodeRuntime.class}, (proxy, method, args) -> {
                    try {
                        return method.getName().equals("datagrams") ? datagrams : method.invoke(real, args);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
