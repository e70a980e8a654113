package io.holdfast.core;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What each feature last said of whether it can serve. Safe from any thread. */
final class Readiness {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> features;
    private final Map<String, String> missing = new LinkedHashMap<>();
    private boolean started;
    private boolean ended;

    Readiness(List<String> features) {
        this.features = List.copyOf(features);
        for (String feature : features) {
            missing.put(feature, "has not said yet that it is ready");
        }
    }

    void set(String feature, boolean ready, String reason) {
        change(() -> missing.put(feature, ready ? "" : reason.isEmpty() ? "is not ready, and gave no reason" : reason));
    }

    /**
     * The node itself asks for no requests, or does again.
     *
     * @param why empty for the latter
     */
    void ofNode(String why) {
        change(() -> missing.put("node", why));
    }

    /** The names of all features, in their order. */
    List<String> features() {
        return features;
    }

    /** Every feature has begun. */
    void start() {
        change(() -> started = true);
    }

    /** The node will not be ready any more. */
    void end() {
        change(() -> ended = true);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isReady() {
        lock.lock();
        try {
            return started && !ended && missing.values().stream().allMatch(String::isEmpty);
        } finally {
            lock.unlock();
        }
    }

    /** Which features are not ready, each with its reason. */
    String reasons() {
        lock.lock();
        try {
            StringJoiner reasons = new StringJoiner("; ");
            if (!started) {
                reasons.add("the node has not started yet");
            }
            missing.forEach((feature, reason) -> {
                if (!reason.isEmpty()) {
                    reasons.add(feature + ": " + reason);
                }
            });
            return reasons.toString();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when the node is ready or never will be, or the time is up. */
    void await(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!isReady() && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds of {@code duration}, as many as a long can hold. */
    static long nanosOf(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
