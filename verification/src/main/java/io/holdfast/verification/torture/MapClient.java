package io.holdfast.verification.torture;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.RegisterModel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of the map, with a thread and a {@link HaCluster} of its own: one call at a time on the current keys, each in the
 * history. After an unknown outcome it goes on as another process, as the history's readers expect.
 */
final class MapClient {
    /** The deadline of each call. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** What a call may take beyond its deadline on an overloaded machine before it counts as one that never ends. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    private final int number;
    private final ReplicatedMap<String, String> map;
    private final HistoryWriter history;
    private final KeySpace keys;
    private final AtomicLong progress;
    private final SplittableRandom random;
    private final long pauseNanos;
    private final List<String> troubles = new ArrayList<>(); // guarded by itself
    private final Thread thread;
    private volatile boolean stopped;
    private int process;
    private int values;

    /**
     * @param progress counts the writes that were acknowledged, of all clients
     * @param pauseNanos between two calls: the pace of the load
     */
    MapClient(
            int number,
            HaCluster cluster,
            HistoryWriter history,
            KeySpace keys,
            AtomicLong progress,
            long seed,
            long pauseNanos) {
        this.number = number;
        this.map = ReplicatedMap.in(cluster, TortureNode.MAP, Codec.string(), Codec.string())
                .withTimeout(TIMEOUT);
        this.history = history;
        this.keys = keys;
        this.progress = progress;
        this.random = new SplittableRandom(seed + number);
        this.pauseNanos = pauseNanos;
        this.process = history.newProcess();
        this.thread = new Thread(this::work, "client " + number);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (!stopped) {
                call();
                LockSupport.parkNanos(pauseNanos / 2 + random.nextLong(pauseNanos));
            }
        } catch (IOException | RuntimeException e) {
            trouble("client " + number + " broke: " + e);
        }
    }

    private void call() throws IOException {
        String key = keys.next(random);
        String value = number + "." + ++values;
        int dice = random.nextInt(10);
        if (dice < 4) {
            read(key);
        } else if (dice < 7) {
            String json = HistoryWriter.json(value);
            if (call(RegisterModel.PUT, key, json, () -> map.putAsync(key, value)) != null) {
                keys.saw(key, value);
            }
        } else if (dice < 9) {
            String expected = random.nextInt(8) == 0 ? null : keys.lastSeen(key);
            String json = HistoryWriter.json(expected, value);
            Answer answer = call(RegisterModel.CAS, key, json, () -> map.compareAndSetAsync(key, expected, value));
            if (answer != null && Boolean.TRUE.equals(answer.value())) {
                keys.saw(key, value);
            }
        } else if (call(RegisterModel.REMOVE, key, "null", () -> map.removeAsync(key)) != null) {
            keys.saw(key, null);
        }
    }

    private @Nullable Answer read(String key) throws IOException {
        Answer answer = call(RegisterModel.GET, key, "null", () -> map.getAsync(key));
        if (answer != null) {
            keys.saw(key, (String) answer.value());
        }
        return answer;
    }

    /** Reads all of these, each until it succeeds; whether it did within the limit. Not while it is started. */
    boolean readAll(List<String> all, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        for (String key : all) {
            while (read(key) == null) {
                if (System.nanoTime() > end) {
                    return false;
                }
            }
        }
        return true;
    }

    private record Answer(@Nullable Object value) {}

    private interface Call {
        CompletableFuture<?> make();
    }

    /** Null if it did not succeed. */
    private @Nullable Answer call(String f, String key, String json, Call call) throws IOException {
        history.write(process, HistoryWriter.INVOKE, f, key, json, "");
        try {
            Object value = call.make().get(TIMEOUT.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            boolean read = f.equals(RegisterModel.GET);
            boolean mismatch = f.equals(RegisterModel.CAS) && !Boolean.TRUE.equals(value);
            history.write(
                    process,
                    mismatch ? HistoryWriter.FAIL : HistoryWriter.OK,
                    f,
                    key,
                    read ? HistoryWriter.json((String) value) : json,
                    mismatch ? HistoryWriter.MISMATCH : "");
            if (!read && !mismatch) {
                progress.incrementAndGet();
            }
            return new Answer(value);
        } catch (ExecutionException e) {
            failed(f, key, json, e.getCause());
        } catch (TimeoutException e) {
            trouble("a call of client " + number + " has not ended within " + TIMEOUT.plus(GRACE) + ": " + f + " "
                    + key);
            unknown(f, key, json);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (RuntimeException e) {
            failed(f, key, json, e);
        }
        return null;
    }

    private void failed(String f, String key, String json, Throwable problem) throws IOException {
        if (problem instanceof NotAvailableException || problem instanceof OverloadedException) {
            history.write(process, HistoryWriter.FAIL, f, key, json, "");
            return;
        }
        if (!(problem instanceof OutcomeUnknownException)) {
            trouble("client " + number + ", " + f + " " + key + ": " + problem);
        }
        unknown(f, key, json);
    }

    private void unknown(String f, String key, String json) throws IOException {
        history.write(process, HistoryWriter.INFO, f, key, json, "");
        keys.unknown(key);
        process = history.newProcess();
    }

    private void trouble(String what) {
        synchronized (troubles) {
            troubles.add(what);
        }
    }

    /** What must not happen to a client, and did. */
    List<String> troubles() {
        synchronized (troubles) {
            return List.copyOf(troubles);
        }
    }

    /** Makes no more calls, and waits for the last. */
    void finish() throws IOException {
        stopped = true;
        try {
            thread.join(TIMEOUT.plus(GRACE).multipliedBy(2).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (thread.isAlive()) {
            trouble("client " + number + " does not end");
        }
    }
}
