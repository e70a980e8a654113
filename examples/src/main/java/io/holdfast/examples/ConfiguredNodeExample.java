package io.holdfast.examples;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node by file and environment: the file is the same everywhere, variables say what differs, and code adds what only code can
 * give. Here it is a cluster of one node; with {@code holdfast.cluster.name} and {@code holdfast.replication.bootstrap} in the file
 * the same program is one of three.
 */
public final class ConfiguredNodeExample {
    private static final String FILE = """
            holdfast.cluster.singleNode=true
            holdfast.node.bind=127.0.0.1:0
            holdfast.node.tags=example
            holdfast.replication.timeout=5s
            holdfast.replication.segmentBytes=1MiB
            shop.currency=EUR
            """;

    private ConfiguredNodeExample() {}

    /** Runs the example in a directory of its own, which stays; variables that begin with HOLDFAST_ count more than the file. */
    public static void main(String[] args) throws IOException {
        run(Files.createTempDirectory("holdfast-configured-"), System.getenv(), System.out);
    }

    static void run(Path directory, Map<String, String> environment, PrintStream out) throws IOException {
        Path file = Files.writeString(directory.resolve("holdfast.properties"), FILE);
        Map<String, String> variables = new TreeMap<>(environment);
        variables.putIfAbsent(
                "HOLDFAST_REPLICATION_DIRECTORY", directory.resolve("log").toString());

        try (HaCluster cluster = HaCluster.builder(Configuration.load(file).environment(variables))
                .onMaster(grant -> {})
                .start()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap<String, String> orders = ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
            orders.put("o-17", "new");
            out.println(cluster.node().id() + " of " + cluster.name() + " has o-17: " + orders.get("o-17"));
        }

        // What is wrong is told at once, all of it, each with what to write instead.
        variables.put("HOLDFAST_REPLICATION_TIMEOUT", "5");
        variables.put("HOLDFAST_NODE_ZOME", "a");
        try {
            HaCluster.builder(Configuration.load(file).environment(variables)).build();
        } catch (IllegalArgumentException refused) {
            out.println(refused.getMessage());
        }
    }
}
