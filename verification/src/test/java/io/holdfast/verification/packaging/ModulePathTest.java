package io.holdfast.verification.packaging;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A modular consumer: {@code requires io.holdfast.replication} is enough, and what is not exported stays shut. */
class ModulePathTest {
    private static final String MODULE = "module consumer { requires io.holdfast.replication; }\n";

    private static final String MAIN = """
            package consumer;

            import io.holdfast.core.HaCluster;
            import io.holdfast.replication.Codec;
            import io.holdfast.replication.LogReplication;
            import io.holdfast.replication.ReplicatedMap;
            import java.nio.file.Path;
            import java.time.Duration;

            public final class Main {
                private Main() {}

                public static void main(String[] args) {
                    try (HaCluster cluster = HaCluster.singleNode()
                            .with(LogReplication.inDirectory(Path.of("data")))
                            .start()) {
                        cluster.awaitReady(Duration.ofMinutes(2));
                        ReplicatedMap<String, String> map =
                                ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
                        map.put("o-17", "three apples");
                        System.out.println(HaCluster.class.getModule() + ", "
                                + LogReplication.class.getModule() + ": " + map.get("o-17"));
                    }
                }
            }
            """;

    @Test
    void aModularConsumerCompilesAndRuns(@TempDir Path directory) throws Exception {
        Consumer consumer = new Consumer(directory);
        String libraries = Consumer.libraries();
        List<Path> sources =
                List.of(consumer.source("module-info.java", MODULE), consumer.source("consumer/Main.java", MAIN));
        consumer.compile(sources, "-Xlint:all,-classfile", "-Werror", "-cp", "", "--module-path", libraries);
        String said = consumer.run(
                "--module-path",
                consumer.classes() + File.pathSeparator + libraries,
                "--module",
                "consumer/consumer.Main");
        String expected = "module io.holdfast.core, module io.holdfast.replication: three apples";
        assertTrue(said.lines().anyMatch(expected::equals), said);
    }

    private static final String CONFIGURED = """
            package consumer;

            import io.holdfast.core.Configuration;
            import io.holdfast.core.HaCluster;
            import java.time.Duration;
            import java.util.Map;

            public final class Main {
                private Main() {}

                public static void main(String[] args) {
                    Configuration configuration = Configuration.none().environment(Map.of(
                            "HOLDFAST_CLUSTER_SINGLE_NODE", "true",
                            "HOLDFAST_REPLICATION_DIRECTORY", "data"));
                    try (HaCluster cluster = HaCluster.builder(configuration).onMaster(grant -> {}).start()) {
                        cluster.awaitReady(Duration.ofMinutes(2));
                        System.out.println(cluster.node().id() + " is ready");
                    }
                }
            }
            """;

    /** The options of a module are a service, which has to be found there, too. */
    @Test
    void aModularConsumerIsConfiguredByItsEnvironment(@TempDir Path directory) throws Exception {
        Consumer consumer = new Consumer(directory);
        String libraries = Consumer.libraries();
        List<Path> sources =
                List.of(consumer.source("module-info.java", MODULE), consumer.source("consumer/Main.java", CONFIGURED));
        consumer.compile(sources, "-Xlint:all,-classfile", "-Werror", "-cp", "", "--module-path", libraries);
        String said = consumer.run(
                "--module-path",
                consumer.classes() + File.pathSeparator + libraries,
                "--module",
                "consumer/consumer.Main");
        assertTrue(said.lines().anyMatch("node-1 is ready"::equals), said);
    }

    @Test
    void theInnersAreShut(@TempDir Path directory) throws Exception {
        Consumer consumer = new Consumer(directory);
        String libraries = Consumer.libraries();
        String main = "package consumer; class Main { io.holdfast.replication.raft.Raft raft; }\n";
        List<Path> sources =
                List.of(consumer.source("module-info.java", MODULE), consumer.source("consumer/Main.java", main));
        String refusal = "";
        try {
            consumer.compile(sources, "-cp", "", "--module-path", libraries);
        } catch (AssertionError e) {
            refusal = String.valueOf(e.getMessage());
        }
        assertFalse(refusal.isEmpty(), "a consumer could use the Raft core");
        assertTrue(refusal.contains("does not export it"), refusal);
    }
}
