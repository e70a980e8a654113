package io.holdfast.verification.pages;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.OperatorClient;
import io.holdfast.core.spi.Measure;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster registers what {@code docs/metrics.md} lists, as it is listed, and takes it back when it stops. */
@Timeout(600)
class MetersTest {
    private static final String PREFIX = "holdfast.";
    /** Of balancers, which this cluster has none of; BalancerTest looks at them. */
    private static final String BALANCERS = "holdfast.loadbalance.";

    /** Not to be seen here, each with where it is. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "holdfast.backup.failed", "only if something fails",
            "holdfast.backup.offer.calls", "on a node that offers a directory to others",
            "holdfast.backup.offer.received", "the same",
            "holdfast.backup.offer.sent", "the same",
            "holdfast.datagrams.dropped", "nobody sends what is dropped",
            "holdfast.log.missing.from", "there only while a log is damaged",
            "holdfast.tls.certificate.expires", "with TLS only",
            "holdfast.election.requests", "of elections on a store");

    @TempDir
    Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<HaCluster> running = new ArrayList<>();
    private final String[] voters = new String[3];

    @AfterEach
    void stop() {
        running.forEach(HaCluster::close);
    }

    private HaCluster started(HaCluster.Builder builder) {
        HaCluster cluster =
                builder.meterRegistry(registry).listener(event -> {}).start();
        running.add(cluster);
        return cluster;
    }

    private void threeNodes() throws Exception {
        Path backups = Files.createDirectory(directory.resolve("backups"));
        List<String> addresses = Loopback.freeTexts(voters.length);
        for (int i = 0; i < voters.length; i++) {
            voters[i] = "node-" + (i + 1) + "@" + addresses.get(i);
        }
        for (String voter : voters) {
            String[] parts = voter.split("@");
            started(HaCluster.builder("shop")
                    .node(Node.of(parts[0]).bind(parts[1]))
                    .with(LogReplication.inDirectory(directory.resolve(parts[0]))
                            .bootstrap(voters)
                            .segmentBytes(1 << 20))
                    .with(GossipMembership.seeds(voters[0].split("@")[1]))
                    .with(Backups.to(BackupRepository.directory(backups)).physical(Schedule.daily()))
                    .with(Autoscaling.on(new NoNodes())
                            .between(voters.length, voters.length)
                            .withoutJvmLoads()
                            .load("rate", () -> 0)
                            .policy(TargetTracking.of("rate", 1)))
                    .memberListener(event -> {})
                    .onMaster(grant -> {}));
        }
        running.forEach(node -> node.awaitReady(Waiting.PATIENCE));
    }

    /** Has none, and gives none. */
    private static final class NoNodes implements ScalingTarget {
        @Override
        public String name() {
            return "no nodes";
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
            throw ScalingTargetException.passing("there are none", null);
        }

        @Override
        public void stop(StopOrder order) {
            // whoever is to stop is none of these
        }
    }

    private static HaCluster.Builder client(String cluster, String name, String address) {
        return HaCluster.builder(cluster).node(Node.client(name)).with(LogReplication.client(address));
    }

    private Set<String> seen() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .filter(name -> name.startsWith(PREFIX))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aClusterHasTheMetersThatThePageLists() throws Exception {
        threeNodes();
        String address = voters[0].split("@")[1];
        HaCluster client = started(client("shop", "web-1", address));
        client.awaitReady(Waiting.PATIENCE);
        ReplicatedMap.in(client, "orders", Codec.string(), Codec.string()).put("o-17", "new");
        FencedLock.in(client, "export").acquire(Waiting.PATIENCE).orElseThrow().close();
        try (OperatorClient operator = OperatorClient.open()) {
            operator.ask(running.get(0).node().advertisedAddress(), "health", Map.of(), Waiting.PATIENCE);
        }
        started(client("another", "web-2", address)); // is refused

        Map<String, Measure> listed = Measures.all().stream()
                .filter(measure -> !measure.name().startsWith(BALANCERS))
                .collect(Collectors.toMap(Measure::name, Function.identity()));
        Set<String> expected = new TreeSet<>(listed.keySet());
        expected.removeAll(ELSEWHERE.keySet());
        assertTrue(
                listed.keySet().containsAll(ELSEWHERE.keySet()), listed.keySet().toString());
        eventually("there are all meters", () -> seen().containsAll(expected), () -> {
            Set<String> missing = new TreeSet<>(expected);
            missing.removeAll(seen());
            return "not there: " + missing;
        });
        Set<String> there = seen();
        there.removeAll(ELSEWHERE.keySet());
        assertEquals(expected, there);
        for (Meter meter : registry.getMeters()) {
            Measure measure = listed.get(meter.getId().getName());
            if (measure == null) {
                continue; // of a library
            }
            assertEquals(measure.kind().name(), meter.getId().getType().name(), measure.name());
            assertEquals(measure.description(), meter.getId().getDescription(), measure.name());
            assertEquals(
                    new TreeSet<>(measure.tags()),
                    meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new)),
                    measure.name());
            if (measure.kind() != Measure.Kind.TIMER) {
                String unit = meter.getId().getBaseUnit();
                assertEquals(measure.unit(), unit == null ? "" : unit, measure.name());
            }
        }
        running.forEach(HaCluster::close);
        assertEquals(Set.of(), seen(), "meters that a stopped node has left behind");
    }
}
