package io.holdfast.verification.sim;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.History;
import io.holdfast.testkit.RegisterModel;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client of a replicated map: one call at a time on few keys, each noted in the history. */
final class MapUser {
    static final String MAP = "map";
    static final String PASSING = "passing";
    static final int KEYS = 3;

    private final int number;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final ReplicatedMap<String, String> map;
    private final ReplicatedMap<String, String> passing;
    private final History history;
    private int process;
    private int calls;
    private @Nullable String lastSeen;
    private long gapNanos = 80_000_000L;
    private boolean stopped;

    /** @param passing a map whose values go; the nodes compare what they have of it */
    MapUser(
            int number,
            Simulation simulation,
            ReplicatedMap<String, String> map,
            ReplicatedMap<String, String> passing,
            History history) {
        this.number = number;
        this.simulation = simulation;
        this.random = simulation.random("map user " + number);
        this.map = map.withTimeout(Duration.ofSeconds(4));
        this.passing = passing.withTimeout(Duration.ofSeconds(4));
        this.history = history;
        this.process = number;
    }

    void start() {
        simulation.at(Duration.ofNanos(random.nextLong(gapNanos)), () -> {
            if (!stopped) {
                call();
            }
        });
    }

    /** From now on. */
    void slowDown(int times) {
        gapNanos *= times;
    }

    void stop() {
        stopped = true;
    }

    private void call() {
        String key = "key-" + random.nextInt(KEYS);
        String value = number + "." + ++calls;
        var unused = passing.putAsync("key-" + calls % 7, value, Duration.ofMillis(1 + 37L * calls % 900));
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                History.Call call = history.invoke(process, RegisterModel.GET, key, null);
                finish(call, map.getAsync(key), true);
            }
            case 2, 3 -> {
                History.Call call = history.invoke(process, RegisterModel.PUT, key, value);
                boolean batched = calls % 3 == 0; // both are one write
                finish(call, batched ? map.batch().put(key, value).writeAsync() : map.putAsync(key, value), false);
            }
            case 4 -> {
                String expected = lastSeen;
                History.Call call =
                        history.invoke(process, RegisterModel.CAS, key, new RegisterModel.Swap(expected, value));
                finish(call, map.compareAndSetAsync(key, expected, value), true);
            }
            default -> {
                History.Call call = history.invoke(process, RegisterModel.REMOVE, key, null);
                finish(call, map.removeAsync(key), false);
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every outcome goes into the history
    private void finish(History.Call call, CompletableFuture<? extends @Nullable Object> future, boolean answerCounts) {
        future.whenComplete((answer, problem) -> {
            if (problem == null && answerCounts) {
                call.ok(answer);
                if (!(answer instanceof Boolean)) {
                    lastSeen = (String) answer;
                }
            } else if (problem == null) {
                call.ok();
            } else if (problem instanceof NotAvailableException || problem instanceof OverloadedException) {
                call.fail();
            } else {
                call.info();
                process += 100; // a process whose call has an unknown outcome makes no more calls
            }
            start();
        });
    }
}
