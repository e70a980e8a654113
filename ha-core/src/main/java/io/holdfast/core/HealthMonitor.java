package io.holdfast.core;

import io.holdfast.core.HealthReport.Finding;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Measure;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a node's health checks and watches its loop. Checks are asked on threads of their own and tallied on the loop; what has
 * been found is safe to read and to add to from any thread.
 */
final class HealthMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);
    private static final Measure HEALTH =
            Measure.gauge("holdfast.health", "how it is: 2 up, 1 degraded, 0 down", "cluster", "node", "check");
    private static final String LOOP = "loop";
    /** Of a check that has not been asked yet; told to nobody, whatever it says first is news. */
    private static final Finding UNCHECKED = new Finding(Health.DOWN, "it has not been checked yet");

    private static final long TICK_NANOS = 100_000_000L;
    /** A loop that stands still for so long delays heartbeats. */
    private static final long STALL_NANOS = 1_000_000_000L;
    /** For so long it is held against the loop. */
    private static final long STALL_REMEMBERED_NANOS = 10_000_000_000L;
    /** A loop that has not moved for so long will not by itself. */
    private static final long DEAD_NANOS = 10_000_000_000L;

    private final String cluster;
    private final String node;
    private final Clock clock;
    private final EventLoop loop;
    private final EventFeed events;
    private final MeterRegistry meters;
    private final Map<String, Finding> findings = new ConcurrentHashMap<>();
    private final Set<String> ofTheCluster = ConcurrentHashMap.newKeySet();
    private final List<Running> checks = new ArrayList<>();
    private final List<Meter> registered = new ArrayList<>();
    private volatile long tickedNanos;
    private volatile boolean begun;
    private boolean stopped;
    private Consumer<Health> overall = health -> {};
    private Health told = Health.UP;
    private long stalledNanos;
    private boolean stalled;

    HealthMonitor(
            String cluster,
            String node,
            Clock clock,
            EventLoop loop,
            Function<String, Worker> newWorker,
            Map<String, HealthCheck> wanted,
            EventFeed events,
            MeterRegistry meters) {
        this.cluster = cluster;
        this.node = node;
        this.events = events;
        this.clock = clock;
        this.loop = loop;
        this.meters = meters;
        wanted.forEach((name, check) -> {
            checks.add(new Running(name, check, newWorker.apply("health-" + name)));
            findings.put(name, UNCHECKED);
            register(name);
        });
    }

    /**
     * On the loop.
     *
     * @param hears how the node is as a whole, whenever that changes; called by any thread, one after the other
     */
    void begin(Consumer<Health> hears) {
        synchronized (this) {
            overall = hears;
            told = ofThisNode();
            overall.accept(told);
        }
        found(LOOP, Health.UP, "");
        tickedNanos = clock.nanoTime();
        begun = true;
        loop.schedule(TICK_NANOS, this::tick);
        checks.forEach(Running::ask);
    }

    /** Also while the node stops, and until its loop ends: it is live for as long as that moves. */
    private void tick() {
        long now = clock.nanoTime();
        long late = now - tickedNanos - TICK_NANOS;
        tickedNanos = now;
        if (stopped) { // nobody is told anything of a node that has stopped
            loop.schedule(TICK_NANOS, this::tick);
            return;
        }
        if (late >= STALL_NANOS) {
            stalled = true;
            stalledNanos = now;
            found(LOOP, Health.DEGRADED, "the node's loop stood still for " + late / 1_000_000 + " ms");
        } else if (stalled && now - stalledNanos >= STALL_REMEMBERED_NANOS) {
            stalled = false;
            found(LOOP, Health.UP, "");
        }
        loop.schedule(TICK_NANOS, this::tick);
    }

    /** Takes note of how something is that no other node would do better with. Any thread. */
    void foundOfTheCluster(String name, Health health, String detail) {
        ofTheCluster.add(name);
        found(name, health, detail);
    }

    /** The worst of what is this node's own. */
    Health ofThisNode() {
        Health worst = Health.UP;
        for (Map.Entry<String, Finding> finding : findings.entrySet()) {
            if (!ofTheCluster.contains(finding.getKey())) {
                worst = worst.worse(finding.getValue().health());
            }
        }
        return worst;
    }

    /** Takes note of how something is. Any thread. */
    void found(String name, Health health, String detail) {
        Finding now = new Finding(health, detail);
        Finding before = findings.put(name, now);
        if (before == null) {
            register(name);
        }
        tellOverall();
        boolean first = before == null && health == Health.UP; // as it should be, and nobody thought otherwise
        boolean same = before != null && !UNCHECKED.equals(before) && before.health() == health;
        if (!first && !same) {
            tell(name, now);
        }
    }

    private synchronized void tellOverall() {
        Health now = ofThisNode();
        if (now != told) {
            told = now;
            overall.accept(now);
        }
    }

    private void tell(String name, Finding now) {
        events.tell(HaEvent.Kind.HEALTH, name, now.health() + (now.detail().isEmpty() ? "" : ", " + now.detail()));
        if (now.health() == Health.UP) {
            LOG.info("{}: {} is {}", node, name, now.health());
        } else {
            LOG.warn("{}: {} is {}: {}", node, name, now.health(), now.detail());
        }
    }

    private synchronized void register(String name) {
        registered.add(HEALTH.newGauge(
                meters,
                Tags.of("cluster", cluster, "node", node, "check", name),
                findings,
                all -> value(all.get(name))));
    }

    private static double value(@Nullable Finding finding) {
        if (finding == null) {
            return 0;
        }
        return switch (finding.health()) {
            case UP -> 2;
            case DEGRADED -> 1;
            case DOWN -> 0;
        };
    }

    HealthReport report() {
        return HealthReport.of(findings);
    }

    /** True if the loop moves: whether anybody else can be reached does not matter. Any thread. */
    boolean isLive() {
        return !begun || clock.nanoTime() - tickedNanos < DEAD_NANOS;
    }

    /** No check is asked any more. On the loop. */
    void stop() {
        stopped = true;
    }

    /** Ends the threads; waits some seconds for a check that is being made. Not on the loop. */
    synchronized void close() {
        checks.forEach(check -> check.worker.close());
        registered.forEach(meters::remove);
    }

    private final class Running {
        private final String name;
        private final HealthCheck check;
        private final Worker worker;
        private final HealthTally tally;
        /** Which question is open; 0 while none is. */
        private long open;

        private long asked;

        Running(String name, HealthCheck check, Worker worker) {
            this.name = name;
            this.check = check;
            this.worker = worker;
            this.tally = check.tally();
        }

        void ask() {
            if (stopped) {
                return;
            }
            loop.schedule(check.intervalNanos(), this::ask);
            if (open != 0) {
                observe(Health.DOWN, "it has not answered yet since it was asked last");
                return;
            }
            long question = ++asked;
            open = question;
            worker.execute(() -> probe(question));
            loop.schedule(check.timeoutNanos(), () -> {
                if (open == question && !stopped) {
                    observe(Health.DOWN, "no answer within " + check.timeoutNanos() / 1_000_000 + " ms");
                }
            });
        }

        private void probe(long question) {
            Health health;
            String detail;
            long began = clock.nanoTime();
            try {
                health = check.probe().call();
                detail = health == Health.UP ? "" : "the check says so";
            } catch (Exception e) { // whatever a user's check throws is its answer
                health = Health.DOWN;
                detail = e.toString();
            }
            boolean inTime = clock.nanoTime() - began < check.timeoutNanos();
            Health found = health == null ? Health.DOWN : health;
            String why = health == null ? "the check returned null" : detail;
            loop.execute(() -> answered(question, found, why, inTime));
        }

        private void answered(long question, Health health, String detail, boolean inTime) {
            if (stopped || open != question) {
                return;
            }
            open = 0;
            if (inTime) { // else it has been counted
                observe(health, detail);
            }
        }

        private void observe(Health health, String detail) {
            if (tally.observe(health) || tally.health() == health) {
                found(name, tally.health(), tally.health() == Health.UP ? "" : detail);
            }
        }
    }
}
