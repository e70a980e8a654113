package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What Holdfast is held against: the best peer in each cell, and the floor. */
final class ReplicationBars {
    private static final double FLOOR_ONE = 0.75;
    private static final double FLOOR_MANY = 0.4;
    private static final double READS_PER_WRITE = 3;
    private static final double BYTES_PER_WRITE = 250;

    private final Results results;

    ReplicationBars(Results results) {
        this.results = results;
    }

    List<Bar> all() {
        List<Bar> bars = new ArrayList<>();
        for (String settings : List.of(Cells.FORCED, Cells.NOT_FORCED)) {
            for (String work : Cells.writes()) {
                bars.add(bestPeer(settings, work));
            }
        }
        for (String work : Cells.writes()) {
            bars.add(floor(work));
        }
        for (String work : Cells.writes()) {
            bars.add(tail(work));
        }
        bars.add(reads());
        for (int window : Cells.WINDOWS) {
            bars.add(allocation(window));
        }
        return bars;
    }

    private OptionalDouble own(String settings, String work, String metric) {
        return results.median(Systems.HOLDFAST, settings, work, metric);
    }

    private Bar bestPeer(String settings, String work) {
        Optional<Map.Entry<String, Double>> best = results.largest(Systems.PEERS, settings, work, "rate");
        return Bar.atLeast(
                "rate, " + settings + ", " + work + ": at least the best peer's" + name(best),
                own(settings, work, "rate"),
                value(best));
    }

    private Bar floor(String work) {
        double part = work.endsWith("W=1") ? FLOOR_ONE : FLOOR_MANY;
        OptionalDouble floor = results.median(Systems.FLOOR, Cells.FORCED, work, "rate");
        return Bar.atLeast(
                "rate, forced, " + work + ": at least " + part + " of the floor",
                own(Cells.FORCED, work, "rate"),
                floor.isEmpty() ? floor : OptionalDouble.of(floor.getAsDouble() * part));
    }

    private Bar tail(String work) {
        Optional<Map.Entry<String, Double>> lowest = results.smallest(Systems.PEERS, Cells.FORCED, work, "p99");
        return Bar.atMost(
                "p99 in us, forced, " + work + ": at most the lowest of any peer" + name(lowest),
                own(Cells.FORCED, work, "p99"),
                value(lowest));
    }

    private Bar reads() {
        OptionalDouble writes = own(Cells.FORCED, Cells.label("write", 256, 64), "rate");
        return Bar.atLeast(
                "linearizable reads, W=64: at least 3 times the rate of writes",
                own(Cells.FORCED, Cells.label("read", 256, 64), "rate"),
                writes.isEmpty() ? writes : OptionalDouble.of(writes.getAsDouble() * READS_PER_WRITE));
    }

    private Bar allocation(int window) {
        String work = Cells.label("write", 256, window);
        return Bar.atMost(
                "bytes allocated on the master, " + work + ": under 250 a write",
                own(Cells.FORCED, work, "allocated"),
                OptionalDouble.of(BYTES_PER_WRITE));
    }

    private static String name(Optional<Map.Entry<String, Double>> of) {
        return of.map(entry -> " (" + entry.getKey() + ")").orElse("");
    }

    private static OptionalDouble value(Optional<Map.Entry<String, Double>> of) {
        return of.isPresent() ? OptionalDouble.of(of.get().getValue()) : OptionalDouble.empty();
    }
}
