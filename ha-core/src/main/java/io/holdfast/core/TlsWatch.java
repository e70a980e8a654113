package io.holdfast.core;

import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.NodeCredentials.Look;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of a node's certificate again and again, on a thread of its own because that blocks, and says in the
 * log, by a metric and as health when the certificate ends.
 */
final class TlsWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);
    private static final Measure EXPIRES = Measure.gauge(
                    "holdfast.tls.certificate.expires",
                    "with TLS: until the node's certificate, or one of its chain, ends; negative afterwards",
                    "cluster",
                    "node")
            .in("seconds");
    private static final String SUBJECT = "tls";

    private final String node;
    private final NodeCredentials credentials;
    private final long everyNanos;
    private final NodeRuntime runtime;
    private final HealthMonitor health;
    private final MeterRegistry meters;
    private final ExpiryWarnings warnings = new ExpiryWarnings();
    private final Worker worker;
    private final Meter gauge;
    private boolean stopped;

    TlsWatch(
            String cluster,
            String node,
            TlsPlan plan,
            NodeRuntime runtime,
            HealthMonitor health,
            MeterRegistry meters) {
        this.node = node;
        this.credentials = plan.credentials();
        this.everyNanos = plan.reread().toNanos();
        this.runtime = runtime;
        this.health = health;
        this.meters = meters;
        this.worker = runtime.newWorker("certificates");
        this.gauge = EXPIRES.newGauge(meters, Tags.of("cluster", cluster, "node", node), this, TlsWatch::secondsLeft);
    }

    private double secondsLeft() {
        return (credentials.expiresMillis() - runtime.clock().wallMillis()) / 1000.0;
    }

    /** On the loop. */
    void begin() {
        judge();
        runtime.loop().schedule(everyNanos, this::look);
    }

    private void look() {
        if (!stopped) {
            worker.execute(() -> {
                Look look = credentials.reread();
                runtime.loop().execute(() -> looked(look));
            });
        }
    }

    private void looked(Look look) {
        if (stopped) {
            return;
        }
        switch (look.outcome()) {
            case RENEWED -> LOG.info("node {}: {}", node, look.detail());
            case BROKEN -> LOG.error("node {}: new certificates are of no use: {}", node, look.detail());
            case UNCHANGED -> {}
        }
        judge();
        runtime.loop().schedule(everyNanos, this::look);
    }

    private void judge() {
        long now = runtime.clock().wallMillis();
        long ends = credentials.expiresMillis();
        String left = "the certificate of " + credentials.names() + " " + ExpiryWarnings.left(ends, now);
        if (warnings.isDue(ends, now)) {
            LOG.warn("node {}: {}; put a new one into {}", node, left, credentials);
        }
        Health found = ExpiryWarnings.health(ends, now);
        health.found(SUBJECT, found, found == Health.UP ? "" : left);
    }

    /** On the loop. */
    void stop() {
        stopped = true;
    }

    /** Ends the thread. Not on the loop. */
    void close() {
        worker.close();
        meters.remove(gauge);
    }
}
