package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingService;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.Wish;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes whose target fails, as an operator sees them. */
@Timeout(120)
class ScaleCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, HaCluster> running = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private volatile int wish = 3;

    @TempDir
    Path temporary;

    private static final class Broken implements ScalingTarget {
        @Override
        public String name() {
            return "the broken one";
        }

        @Override
        public Capabilities capabilities() {
            return new Capabilities(true, Capabilities.Removal.ANY, false);
        }

        @Override
        public List<Instance> instances() {
            return List.of();
        }

        @Override
        public void start(StartOrder order) throws ScalingTargetException {
            throw ScalingTargetException.lasting("there is no more room", null);
        }

        @Override
        public void stop(StopOrder order) {}
    }

    @BeforeEach
    void start() throws Exception {
        List<ServerSocket> taken = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            taken.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            addresses.put("node-" + i, "127.0.0.1:" + taken.get(i - 1).getLocalPort());
        }
        for (ServerSocket socket : taken) {
            socket.close();
        }
        String[] voters = addresses.entrySet().stream()
                .map(each -> each.getKey() + "@" + each.getValue())
                .toArray(String[]::new);
        addresses.forEach((id, address) -> running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(address))
                        .with(GossipMembership.seeds(addresses.values().toArray(String[]::new)))
                        .with(LogReplication.inDirectory(temporary.resolve(id))
                                .bootstrap(voters)
                                .segmentBytes(1 << 20)
                                .timing(Duration.ofMillis(50), Duration.ofMillis(500)))
                        .with(Autoscaling.on(new Broken())
                                .between(3, 9)
                                .policy(view -> Wish.nodes("test", wish, "it is wished"))
                                .warmUp(Duration.ZERO)
                                .every(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                        .start()));
        running.values().forEach(node -> node.awaitReady(PATIENCE));
        await(() -> scale("node-1", "show") == ExitCodes.WHOLE
                && out.toString().lines().filter(line -> line.endsWith("READY")).count() == 3);
    }

    @AfterEach
    void stop() {
        running.values().forEach(HaCluster::stop);
    }

    private int scale(String node, String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Ha.run(
                new PrintWriter(out),
                new PrintWriter(err),
                Stream.of(Stream.of("scale"), Stream.of(args), Stream.of("--node", addresses.get(node)))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "in vain; last: " + out + err);
            Thread.sleep(50); // between two looks
        }
    }

    private String decides() {
        return running.entrySet().stream()
                .filter(each -> ScalingService.of(each.getValue()).status().decides())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anyNodeShowsWhatTheOneThatDecidesKnows() {
        String decides = decides();
        for (String node : running.keySet()) {
            assertEquals(ExitCodes.WHOLE, scale(node, "show"), () -> out + "" + err);
            assertEquals(
                    "3 nodes are wanted, of 3 to 9 on the broken one, as " + decides + " decides",
                    out.toString().lines().findFirst().orElse(""));
        }
    }

    @Test
    void whatFailsIsShownAndWhyItWasWanted() throws Exception {
        wish = 5;
        await(() -> scale("node-1", "show") == ExitCodes.UNREADABLE);
        assertTrue(out.toString().contains("the target fails: there is no more room"), out.toString());
        assertEquals(ExitCodes.UNREADABLE, scale("node-2", "explain", "--last", "100", "--changes"));
        assertTrue(out.toString().contains("3 -> 5\n"), out.toString());
        assertTrue(out.toString().contains("wish    test: 5 nodes, it is wished"), out.toString());
        assertEquals(ExitCodes.UNREADABLE, scale("node-3", "explain", "--last", "3", "--json"));
        List<String> lines = out.toString().lines().toList();
        assertEquals(3, lines.size());
        JsonNode decision = new ObjectMapper().readTree(lines.get(2));
        assertEquals(5, decision.path("to").asInt());
        assertEquals(3, decision.path("metrics").path("heap").path("reported").asInt(), decision.toString());
    }

    @Test
    void aPauseHoldsOnWhateverNodeIsAsked() throws Exception {
        String other = running.keySet().stream()
                .filter(node -> !node.equals(decides()))
                .findFirst()
                .orElseThrow();
        assertEquals(ExitCodes.WHOLE, scale(other, "pause", "--by", "Ann, the move"), () -> out + "" + err);
        wish = 5;
        await(() -> scale("node-1", "explain", "--last", "1") == ExitCodes.WHOLE
                && out.toString().contains("3 -> 5 (only shown)"));
        assertTrue(out.toString().contains("paused by: Ann, the move"), out.toString());
        assertEquals(ExitCodes.WHOLE, scale(other, "resume"));
        await(() -> scale("node-1", "show") == ExitCodes.UNREADABLE);
    }

    @Test
    void whatIsNotUnderstoodIsSaid() {
        assertEquals(ExitCodes.USAGE, scale("node-1", "explain", "--last", "101"));
        assertEquals(ExitCodes.USAGE, scale("node-1"));
    }
}
