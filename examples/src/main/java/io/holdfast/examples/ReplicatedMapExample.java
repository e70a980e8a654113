package io.holdfast.examples;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A map on three nodes: put, get, compare-and-set and scan; then the master stops, and the map goes on without it.
 */
public final class ReplicatedMapExample {
    private ReplicatedMapExample() {}

    /** Runs the example in a directory of its own, which stays. */
    public static void main(String[] args) throws IOException {
        run(Files.createTempDirectory("holdfast-map-"), System.out);
    }

    static void run(Path directory, PrintStream out) throws IOException {
        try (ThreeNodes three = ThreeNodes.start(directory, log -> log)) {
            ReplicatedMap<String, String> orders = orders(three.node(1));
            orders.put("o-17", "new"); // returned = survives the master's death
            orders.put("o-18", "new");
            out.println("first: " + orders.compareAndSet("o-17", "new", "paid"));
            // Somebody else was faster: nothing changes.
            out.println("second: " + orders.compareAndSet("o-17", "new", "cancelled"));

            String master = ReplicatedLog.in(three.node(1)).status().master();
            three.node(master).close();
            out.println("the master has stopped");

            ReplicatedMap<String, String> there = orders(three.node(master.equals("node-3") ? 2 : 3));
            out.println("o-17 is " + there.get("o-17"));
            there.put("o-19", "new");
            out.println(there.scan("o-").map(Map.Entry::toString).collect(Collectors.joining(", ")));
        }
    }

    private static ReplicatedMap<String, String> orders(HaCluster node) {
        return ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
    }
}
