package io.holdfast.verification.gossip;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Member;
import io.holdfast.core.MemberState;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gossip over real sockets. */
@Timeout(600)
class GossipLoopbackTest {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String OTHER_KEY = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private final List<HaCluster> running = new ArrayList<>();

    @AfterEach
    void stop() {
        running.forEach(HaCluster::close);
    }

    private HaCluster started(String id, MeterRegistry meters, UnaryOperator<GossipMembership> settings) {
        String seed = running.isEmpty()
                ? "127.0.0.1:1"
                : running.get(0).node().advertisedAddress().toString();
        HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of(id).bind("127.0.0.1:0"))
                .meterRegistry(meters)
                .with(settings.apply(GossipMembership.seeds(seed).awaitOthers(Duration.ZERO)))
                .start();
        running.add(cluster);
        return cluster;
    }

    private static Set<String> seen(HaCluster by, MemberState state) {
        return by.members().all().stream()
                .filter(m -> m.state() == state)
                .map(Member::id)
                .collect(Collectors.toSet());
    }

    private Object views() {
        return running.stream().map(c -> c.members().all()).toList();
    }

    private void awaitAgreement(Set<String> ids) throws Exception {
        eventually(
                ids + " see each other",
                () -> running.stream().filter(c -> ids.contains(c.node().id())).allMatch(c -> seen(c, MemberState.ALIVE)
                        .equals(ids)),
                this::views);
    }

    @Test
    void nodesJoinLeaveAndComeBackWithKeysOverUdp() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        KeyRing.Source keys = KeyRing.of(KEY).always();
        for (int i = 1; i <= 4; i++) {
            started("node-" + i, meters, gossip -> gossip.keys(keys));
        }
        awaitAgreement(Set.of("node-1", "node-2", "node-3", "node-4"));
        running.remove(2).close();
        eventually(
                "the others know that node-3 left",
                () -> running.stream().allMatch(c -> seen(c, MemberState.LEFT).equals(Set.of("node-3"))),
                this::views);
        started("node-3", meters, gossip -> gossip.keys(keys));
        awaitAgreement(Set.of("node-1", "node-2", "node-3", "node-4"));
        assertTrue(meters.get("holdfast.datagrams.received")
                        .tag("node", "node-1")
                        .counter()
                        .count()
                > 0);
        assertTrue(running.get(0).isReady());
    }

    @Test
    void withoutDatagramsTheSameGoesOverTcp() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        for (int i = 1; i <= 3; i++) {
            started("node-" + i, meters, GossipMembership::withoutDatagrams);
        }
        awaitAgreement(Set.of("node-1", "node-2", "node-3"));
        for (HaCluster node : running) { // nobody listens there who could be told something
            int port = node.node().bindAddress().port();
            try (DatagramSocket free = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
                assertEquals(port, free.getLocalPort());
            }
        }
        assertTrue(meters.find("holdfast.datagrams.received").counters().isEmpty());
    }

    @Test
    void withTheApplicationsExecutorTheLoopIsANodesOnlyThread() throws Exception {
        ExecutorService callbacks = Executors.newSingleThreadExecutor();
        Set<String> heard = ConcurrentHashMap.newKeySet();
        try {
            for (int i = 1; i <= 2; i++) {
                String seed = running.isEmpty()
                        ? "127.0.0.1:1"
                        : running.get(0).node().advertisedAddress().toString();
                running.add(HaCluster.builder("shop")
                        .node(Node.of("lean-" + i).bind("127.0.0.1:0"))
                        .executor(callbacks)
                        .memberListener(event -> heard.add(event.member().id()))
                        .with(GossipMembership.seeds(seed).awaitOthers(Duration.ZERO))
                        .start());
            }
            awaitAgreement(Set.of("lean-1", "lean-2"));
            eventually("listeners are called", () -> heard.containsAll(Set.of("lean-1", "lean-2")), this::views);
            assertEquals(
                    Set.of("holdfast-lean-1-loop", "holdfast-lean-2-loop"),
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(name -> name.startsWith("holdfast-lean-"))
                            .collect(Collectors.toSet()));
        } finally {
            running.forEach(HaCluster::close);
            callbacks.shutdown();
        }
    }

    @Test
    void whoHasAnotherKeyLearnsAndChangesNothing() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        started("node-1", meters, gossip -> gossip.keys(KeyRing.of(KEY).always()));
        started("node-2", meters, gossip -> gossip.keys(KeyRing.of(KEY).always()));
        awaitAgreement(Set.of("node-1", "node-2"));
        HaCluster stranger = started(
                "stranger", meters, gossip -> gossip.keys(KeyRing.of(OTHER_KEY).always()));
        HaCluster plain = started("plain", meters, gossip -> gossip);
        // Both knock at their seed, node-1, again and again; each time it ends the link or drops the datagram.
        eventually(
                "the strangers have tried several times",
                () -> meters.find("holdfast.membership.exchanges").counters().stream()
                        .filter(c -> !c.getId().getTag("node").startsWith("node-"))
                        .allMatch(c -> c.count() >= 3),
                this::views);
        assertEquals(Set.of("stranger"), seen(stranger, MemberState.ALIVE));
        assertEquals(Set.of("plain"), seen(plain, MemberState.ALIVE));
        for (HaCluster node : running.subList(0, 2)) {
            assertEquals(2, node.members().all().size());
        }
        awaitAgreement(Set.of("node-1", "node-2")); // whoever was late for a moment may be suspected
    }
}
