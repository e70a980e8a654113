package io.holdfast.core;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for a seal's keys again and again, on a thread of its own because that may block, and hands on what has changed. */
final class KeyWatch {
    private static final Logger LOG = LoggerFactory.getLogger(KeyWatch.class);

    private final String node;
    private final KeyRing.Source source;
    private final long everyNanos;
    private final NodeRuntime runtime;
    private final Consumer<KeyRing> changed;
    private final Worker worker;
    private KeyRing current;
    private String told = "";
    private boolean stopped;

    KeyWatch(String node, KeyRing.Source source, KeyRing current, NodeRuntime runtime, Consumer<KeyRing> changed) {
        Duration every = source.rereadEvery();
        if (every.compareTo(Duration.ofMillis(100)) < 0 || every.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(source + ": rereadEvery is " + every + "; it must be 100 ms to 1 h");
        }
        this.node = node;
        this.source = source;
        this.everyNanos = every.toNanos();
        this.current = current;
        this.runtime = runtime;
        this.changed = changed;
        this.worker = runtime.newWorker("keys");
    }

    /** On the loop. */
    void begin() {
        LOG.info("node {}: {}", node, current);
        runtime.loop().schedule(everyNanos, this::look);
    }

    private void look() {
        if (!stopped) {
            worker.execute(() -> {
                try {
                    KeyRing read = source.read();
                    runtime.loop().execute(() -> looked(read));
                } catch (IOException | RuntimeException useless) { // a user's source must not end the node
                    runtime.loop().execute(() -> failed(String.valueOf(useless.getMessage())));
                }
            });
        }
    }

    private void looked(KeyRing read) {
        if (stopped) {
            return;
        }
        told = "";
        if (!read.equals(current)) {
            LOG.info("node {}: {} instead of {}", node, read, current);
            current = read;
            changed.accept(read);
        }
        runtime.loop().schedule(everyNanos, this::look);
    }

    private void failed(String why) {
        if (stopped) {
            return;
        }
        if (!why.equals(told)) {
            LOG.error("node {}: new keys are of no use, {} stay: {}", node, current, why);
            told = why;
        }
        runtime.loop().schedule(everyNanos, this::look);
    }

    /** On the loop. */
    void stop() {
        stopped = true;
    }

    /** Ends the thread. Not on the loop. */
    void close() {
        worker.close();
    }
}
