package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Tables of what a pick costs, and what it is held against. */
final class PickTables {
    static final List<Integer> SIZES = List.of(3, 10, 100, 1_000);
    private static final String ONE = "1 thread";
    private static final String TWO = "2 threads";
    /** Less than this is what JMH finds where nothing is allocated. */
    private static final double NOTHING = 0.5;

    private static final Map<String, List<String>> PEERS = new LinkedHashMap<>();
    /** What of the peers does the same as ours. */
    private static final Map<String, List<String>> EQUIVALENTS = new LinkedHashMap<>();

    static {
        PEERS.put(
                "grpc",
                List.of("round_robin", "weighted_round_robin", "ring_hash_experimental", "least_request_experimental"));
        PEERS.put("ribbon", List.of("round-robin", "weighted-response-time"));
        PEERS.put("finagle", List.of("round-robin", "p2c", "p2c-ewma", "heap"));
        PEERS.put("spring-cloud", List.of("round-robin", "random", "round-robin-cached"));
        PEERS.put("dubbo", List.of("random", "round-robin", "least-active", "shortest-response", "consistent-hash"));
        EQUIVALENTS.put("round-robin", List.of("grpc/round_robin", "ribbon/round-robin", "spring-cloud/round-robin"));
        EQUIVALENTS.put("smooth-weighted*", List.of("grpc/weighted_round_robin*", "dubbo/round-robin"));
        EQUIVALENTS.put("random", List.of("dubbo/random", "spring-cloud/random"));
        EQUIVALENTS.put("weighted-random*", List.of("ribbon/weighted-response-time", "dubbo/random"));
        EQUIVALENTS.put("key-hash", List.of("grpc/ring_hash_experimental", "dubbo/consistent-hash"));
        EQUIVALENTS.put("least-request", List.of("grpc/least_request_experimental", "dubbo/least-active"));
        EQUIVALENTS.put("least-request+", List.of("finagle/p2c", "finagle/heap"));
        EQUIVALENTS.put("peak-ewma", List.of("dubbo/shortest-response"));
        EQUIVALENTS.put("peak-ewma+", List.of("finagle/p2c-ewma"));
    }

    private final Results results;

    PickTables(Results results) {
        this.results = results;
    }

    static List<String> peerAlgorithms(String system) {
        return PEERS.getOrDefault(system, List.of());
    }

    private OptionalDouble time(String system, String threads, String algorithm, int endpoints) {
        return results.median(system, threads, algorithm + " over " + endpoints, "time");
    }

    private OptionalDouble allocated(String system, String algorithm, int endpoints) {
        return results.median(system, ONE, algorithm + " over " + endpoints, "allocated");
    }

    /** Nanoseconds, and bytes in brackets where there are any. */
    Table picks(String threads) {
        Table table = new Table("ns a pick (bytes), " + threads, "N=3", "N=10", "N=100", "N=1000");
        for (String algorithm : new FloorPicks().algorithms()) {
            add(table, threads, LoadBalanceBenchmark.FLOOR, algorithm);
        }
        for (String algorithm : new HoldfastPicks().algorithms()) {
            add(table, threads, LoadBalanceBenchmark.HOLDFAST, algorithm);
            add(table, threads, LoadBalanceBenchmark.HOLDFAST, algorithm + "*");
        }
        PEERS.forEach((system, algorithms) -> algorithms.forEach(algorithm -> {
            add(table, threads, system, algorithm);
            add(table, threads, system, algorithm + "*");
        }));
        return table;
    }

    private void add(Table table, String threads, String system, String algorithm) {
        List<String> cells = new ArrayList<>(List.of(system + " " + algorithm));
        boolean any = false;
        for (int size : SIZES) {
            OptionalDouble time = time(system, threads, algorithm, size);
            OptionalDouble bytes = allocated(system, algorithm, size);
            any |= time.isPresent();
            cells.add(Figures.format(time)
                    + (bytes.isPresent() && bytes.getAsDouble() >= NOTHING
                            ? " (" + Figures.format(Math.rint(bytes.getAsDouble())) + ")"
                            : ""));
        }
        if (any) {
            table.add(cells);
        }
    }

    private OptionalDouble ours(String threads, String algorithm, int size) {
        return time(LoadBalanceBenchmark.HOLDFAST, threads, algorithm, size);
    }

    private OptionalDouble floor(String threads, String algorithm, int size) {
        return time(LoadBalanceBenchmark.FLOOR, threads, algorithm, size);
    }

    private static OptionalDouble times(OptionalDouble value, double factor) {
        return value.isEmpty() ? value : OptionalDouble.of(value.getAsDouble() * factor);
    }

    List<Bar> bars() {
        List<Bar> bars = new ArrayList<>();
        for (String algorithm : new HoldfastPicks().algorithms()) {
            OptionalDouble most = OptionalDouble.empty();
            for (int size : SIZES) {
                for (String name : List.of(algorithm, algorithm + "*")) {
                    OptionalDouble bytes = allocated(LoadBalanceBenchmark.HOLDFAST, name, size);
                    if (bytes.isPresent()) {
                        most = OptionalDouble.of(Math.max(most.orElse(0), bytes.getAsDouble()));
                    }
                }
            }
            bars.add(Bar.atMost(algorithm + ": bytes a pick", most, OptionalDouble.of(NOTHING)));
        }
        for (int size : SIZES) {
            String over = " over " + size;
            bars.add(Bar.atMost(
                    "round-robin" + over + ", floor x 1.3",
                    ours(ONE, "round-robin", size),
                    times(floor(ONE, "counter", size), 1.3)));
            bars.add(Bar.atMost(
                    "random" + over + ", floor x 1.3",
                    ours(ONE, "random", size),
                    times(floor(ONE, "random", size), 1.3)));
            bars.add(Bar.atMost(
                    "round-robin" + over + ", shared counter, 2 threads",
                    ours(TWO, "round-robin", size),
                    floor(TWO, "counter", size)));
            bars.add(Bar.atMost(
                    "random" + over + ", shared counter, 2 threads",
                    ours(TWO, "random", size),
                    floor(TWO, "counter", size)));
            bars.add(Bar.atMost("key-hash" + over + ", ns", ours(ONE, "key-hash", size), OptionalDouble.of(25)));
            bars.add(Bar.atMost(
                    "bounded-key-hash" + over + ", ns", ours(ONE, "bounded-key-hash", size), OptionalDouble.of(25)));
            bars.add(Bar.atMost(
                    "least-request" + over + ", ns", ours(ONE, "least-request", size), OptionalDouble.of(15)));
            bars.add(Bar.atMost("peak-ewma" + over + ", ns", ours(ONE, "peak-ewma", size), OptionalDouble.of(45)));
            for (String threads : List.of(ONE, TWO)) {
                EQUIVALENTS.forEach((algorithm, peers) -> {
                    OptionalDouble best = OptionalDouble.empty();
                    String fastest = "";
                    for (String peer : peers) {
                        String[] parts = peer.split("/");
                        OptionalDouble time = time(parts[0], threads, parts[1], size);
                        if (time.isPresent() && time.getAsDouble() < best.orElse(Double.MAX_VALUE)) {
                            best = time;
                            fastest = peer;
                        }
                    }
                    bars.add(Bar.atMost(
                            algorithm + over + ", " + fastest + ", " + threads, ours(threads, algorithm, size), best));
                });
            }
        }
        return bars;
    }

    Table barTable() {
        Table table = new Table("", "ours", "limit", "ratio", "");
        for (Bar bar : bars()) {
            table.add(List.of(
                    bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
        }
        return table;
    }

    String text() {
        return picks(ONE).toText() + "\n" + picks(TWO).toText() + "\n"
                + barTable().toText();
    }

    /** For the page: both tables, and what is not reached. */
    String markdown() {
        long reached =
                bars().stream().filter(bar -> bar.verdict().equals("PASS")).count();
        Table missed = new Table("not reached", "ours", "limit", "ratio");
        for (Bar bar : bars()) {
            if (bar.verdict().equals("MISS")) {
                missed.add(List.of(bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio()));
            }
        }
        return picks(ONE).toMarkdown() + "\n" + picks(TWO).toMarkdown() + "\nOf " + bars().size() + " bars " + reached
                + " are reached.\n" + (missed.isEmpty() ? "" : "\n" + missed.toMarkdown());
    }
}
