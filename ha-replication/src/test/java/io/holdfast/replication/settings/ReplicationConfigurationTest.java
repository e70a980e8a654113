package io.holdfast.replication.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.ConfigurableFeature.Values;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replication by file and environment: what runs, and what is refused with what to write instead. */
class ReplicationConfigurationTest {
    private static final String NODE = """
            holdfast.cluster.name=shop
            holdfast.node.id=node-1
            holdfast.node.bind=127.0.0.1:7400
            """;
    private static final String REPLICATION = """
            holdfast.replication.directory=/var/lib/shop
            holdfast.replication.bootstrap=node-1@127.0.0.1:7400
            """;

    @TempDir
    Path directory;

    private HaCluster.Builder builder(String text) throws Exception {
        return HaCluster.builder(Configuration.load(Files.writeString(directory.resolve("p"), text)));
    }

    private void refused(String text, String... parts) throws Exception {
        HaCluster.Builder builder = builder(text);
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, builder::build, text)
                .getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
        assertFalse(message.contains("problems"), message);
    }

    /** A file that all nodes share may have keys that this one's code does not want. */
    @Test
    void codeTakesThePlaceOfAllThatIsWrittenForIt() throws Exception {
        for (String written : List.of(
                "bootstrap=node-1@127.0.0.1:7400",
                "heartbeat=50",
                "directory=/var/lib/shop\nholdfast.replication.client=127.0.0.1:7400")) {
            String text = NODE + "holdfast.replication." + written;
            builder(text)
                    .with(LogReplication.inDirectory(directory).bootstrap("node-1@127.0.0.1:7400"))
                    .build();
            assertThrows(IllegalArgumentException.class, builder(text)::build);
        }
        HaCluster.Builder unknown = builder(NODE + "holdfast.replication.dirctory=/var/lib/shop")
                .with(LogReplication.inDirectory(directory).bootstrap("node-1@127.0.0.1:7400"));
        assertTrue(String.valueOf(assertThrows(IllegalArgumentException.class, unknown::build)
                        .getMessage())
                .contains("did you mean holdfast.replication.directory?"));
    }

    @Test
    void aConfiguredNodeServes() throws Exception {
        String text = """
                holdfast.cluster.singleNode=true
                holdfast.replication.segmentBytes=64KiB
                holdfast.replication.electionTimeout=200ms
                holdfast.replication.heartbeat=20ms
                holdfast.replication.leaseReads=true
                holdfast.replication.acknowledged=master
                holdfast.replication.directory=
                """.stripTrailing() + directory.resolve("log");
        try (HaCluster cluster = builder(text).onMaster(grant -> {}).start()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap<String, String> map = ReplicatedMap.in(cluster, "m", Codec.string(), Codec.string());
            map.put("a", "b");
            assertEquals("b", map.get("a"));
        }
    }

    @Test
    void whatContradictsItselfIsRefusedByName() throws Exception {
        builder(NODE + REPLICATION).build();
        refused(
                NODE + REPLICATION.lines().findFirst().orElseThrow() + "\nholdfast.replication.client=10.0.0.1:7400",
                "holdfast.replication.client (",
                "holdfast.replication.directory (",
                "leave one of them out");
    }

    @Test
    void timesThatDoNotFitAreRefusedByKey() throws Exception {
        refused(
                NODE + REPLICATION + "holdfast.replication.heartbeat=300ms",
                "holdfast.replication.electionTimeout: 1000ms is less than 5 heartbeats of 300ms",
                "write for example 3000ms",
                "holdfast.replication.heartbeat (" + directory.resolve("p") + ":6)");
        refused(
                NODE + REPLICATION + "holdfast.replication.fast=true\nholdfast.replication.electionTimeout=2s",
                "holdfast.replication.fast (",
                "holdfast.replication.electionTimeout (",
                "contradict");
    }

    @Test
    void whatIsMissingOrNotForThisNodeIsSaid() throws Exception {
        refused(
                NODE + "holdfast.replication.timeout=5s",
                "holdfast.replication.directory is missing",
                "holdfast.replication.directory=/var/lib/shop");
        refused(NODE + "holdfast.replication.directory=/var/lib/shop", "name the nodes that form the cluster");
        refused(NODE + REPLICATION.replace("node-1@", "node-2@"), "bootstrap lists [node-2] but not this node, node-1");
        refused(NODE + REPLICATION + "holdfast.replication.maxInFlight=9000", "9000 is too much", "1 to 8192");
        refused(NODE + REPLICATION + "holdfast.replication.acknowledged=all", "\"all\" is not");
        refused(
                NODE + REPLICATION + "holdfast.replication.maxEntryBytes=4MB",
                "1000 to some and 1024 to others",
                "MiB");
    }

    @Test
    void codeAddsToWhatIsConfiguredOrTakesItsPlace() throws Exception {
        builder(NODE + REPLICATION)
                .with(LogReplication.class, log -> log.timeout(Duration.ofSeconds(1)))
                .build();
        HaCluster.Builder tooLong =
                builder(NODE + REPLICATION).with(LogReplication.class, log -> log.timeout(Duration.ofDays(1)));
        assertTrue(String.valueOf(assertThrows(IllegalArgumentException.class, tooLong::build)
                        .getMessage())
                .contains("timeout 1d is not within 10ms to 1h"));
        builder(NODE + REPLICATION.replace("node-1@", "node-2@"))
                .with(LogReplication.inDirectory(directory).bootstrap("node-1@127.0.0.1:7400"))
                .build(); // of the file's nothing counts any more
    }

    /** Every option, one after the other at one end of its range, reaches the feature, which then refuses beyond. */
    @Test
    void everyRangeOfTheFileIsTheBuilders() {
        HaFeature.Settings self = new HaFeature.Settings(
                "shop", io.holdfast.core.Node.of("node-1").bind("127.0.0.1:7400"), true, false);
        for (Option<?> option : ReplicationOptions.all()) {
            Object least = option.least();
            Object most = option.most();
            if (least == null || most == null) {
                continue;
            }
            made(option, least).validate(self);
            made(option, most).validate(self);
        }
    }

    private HaFeature made(Option<?> option, Object value) {
        Map<Option<?>, Object> given = new HashMap<>();
        given.put(ReplicationOptions.DIRECTORY, directory);
        if (option.equals(ReplicationOptions.HEARTBEAT)) {
            given.put(ReplicationOptions.ELECTION_TIMEOUT, Duration.ofSeconds(60));
        } else if (option.equals(ReplicationOptions.ELECTION_TIMEOUT)) {
            given.put(ReplicationOptions.HEARTBEAT, Duration.ofMillis(5));
        }
        given.put(option, value);
        return new ReplicationProvider().create(new Values() {
            @Override
            @SuppressWarnings("unchecked") // each option is put with a value of its own
            public <T> Optional<T> given(Option<T> wanted) {
                return Optional.ofNullable((T) given.get(wanted));
            }

            @Override
            public String name(Option<?> of) {
                return of.key();
            }

            @Override
            public void refuse(String problem) {
                throw new IllegalArgumentException(problem);
            }
        });
    }
}
