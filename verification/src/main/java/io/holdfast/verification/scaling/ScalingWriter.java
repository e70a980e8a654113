package io.holdfast.verification.scaling;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** Writes a number that rises to each of some keys, one write at a time, and reads at the end what is there. */
final class ScalingWriter {
    private static final int KEYS = 4;

    private final Simulation simulation;
    private final ScalingViolations violations;
    private final ReplicatedMap<String, Long> map;
    private final SplittableRandom random;
    private final long[] acknowledged = new long[KEYS];
    private long next;
    private int answers;
    private boolean stopped;

    ScalingWriter(Simulation simulation, HaCluster client, ScalingViolations violations) {
        this.simulation = simulation;
        this.violations = violations;
        this.map = ReplicatedMap.in(client, "numbers", Codec.string(), Codec.longs())
                .withTimeout(Duration.ofSeconds(4));
        this.random = simulation.random("writer");
    }

    void begin() {
        if (stopped) {
            return;
        }
        int key = (int) (next % KEYS);
        long value = ++next;
        var unused = map.putAsync("key-" + key, value).whenComplete((done, failure) -> {
            if (failure == null) {
                acknowledged[key] = value;
                answers++;
            }
            simulation.at(Duration.ofMillis(50 + random.nextInt(600)), this::begin);
        });
    }

    void stop() {
        stopped = true;
    }

    int answers() {
        return answers;
    }

    /** Reads all keys; what was acknowledged, or something newer, has to be there. */
    void check(Duration limit) {
        List<CompletableFuture<Long>> reads = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            reads.add(map.getAsync("key-" + key));
        }
        boolean read = simulation.runUntil(() -> reads.stream().allMatch(CompletableFuture::isDone), limit);
        for (int key = 0; key < KEYS; key++) {
            CompletableFuture<Long> each = reads.get(key);
            if (!read || each.isCompletedExceptionally()) {
                violations.add("liveness: key-" + key + " cannot be read in the calm");
            } else {
                Long value = each.getNow(null);
                if ((value == null ? 0 : value) < acknowledged[key]) {
                    violations.add("key-" + key + " is " + value + ", and " + acknowledged[key] + " was acknowledged");
                }
            }
        }
    }
}
