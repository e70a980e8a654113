package io.holdfast.examples;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.MapWatch;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * A map on three nodes: put, get, compare-and-set, a batch, and scan; then the master stops, and the map goes on without it and
 * tells what is changed.
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

            // What belongs together is one write; the reservation goes by itself if nobody pays.
            orders.batch()
                    .put("o-20", "reserved", Duration.ofMinutes(10))
                    .remove("o-18")
                    .write();

            String master = ReplicatedLog.in(three.node(1)).status().master();
            three.node(master).close();
            out.println("the master has stopped");

            ReplicatedMap<String, String> there = orders(three.node(master.equals("node-3") ? 2 : 3));
            out.println("o-17 is " + there.get("o-17"));
            CompletableFuture<String> told = new CompletableFuture<>();
            MapWatch watch = there.watch(event -> told.complete(event.kind() + " " + event.key()));
            there.put("o-19", "new");
            out.println("told of " + told.join());
            watch.close();
            out.println(there.scan("o-").map(Map.Entry::toString).collect(Collectors.joining(", ")));
        }
    }

    private static ReplicatedMap<String, String> orders(HaCluster node) {
        return ReplicatedMap.in(node, "orders", Codec.string(), Codec.string());
    }
}
