package io.holdfast.core;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.ElectionEngine;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The roles that one node stands for: the cluster's master, if there are callbacks for it, and those of the user. */
final class Tenures {
    private static final long LOOK_NANOS = 5_000_000L;

    private record Standing(Tenure tenure, Callbacks callbacks) {}

    private final String cluster;
    private final String node;
    private final ElectionEngine engine;
    private final Clock clock;
    private final EventLoop loop;
    private final Function<String, Worker> newWorker;
    private final MeterRegistry meters;
    private final EventFeed events;
    private final boolean inline;
    private final TenureWatch watch;
    private final HandOvers handOvers;
    private final Map<String, Standing> standings = new ConcurrentHashMap<>();
    private boolean stopping;

    Tenures(
            String cluster,
            String node,
            ElectionEngine engine,
            Clock clock,
            EventLoop loop,
            boolean inline,
            Function<String, Worker> newWorker,
            Executor futures,
            EventFeed events,
            MeterRegistry meters) {
        this.cluster = cluster;
        this.node = node;
        this.engine = engine;
        this.clock = clock;
        this.loop = loop;
        this.newWorker = newWorker;
        this.events = events;
        this.meters = meters;
        this.inline = inline;
        this.watch = new TenureWatch(node, clock, inline ? loop : null);
        this.handOvers = new HandOvers(node, engine, clock, loop, futures, inline);
    }

    /** Stands for a role; any thread. */
    synchronized Tenure stand(
            String role,
            Duty duty,
            long stopWithinNanos,
            int priority,
            boolean haltOnOverrun,
            @Nullable Executor executor) {
        if (standings.containsKey(role)) {
            throw new IllegalStateException(
                    node + " runs role " + role + " already; close the candidacy that stands first");
        }
        Callbacks callbacks = new Callbacks(node, executor, loop, what -> newWorker.apply("role-" + role));
        Tenure tenure = new Tenure(
                node,
                role,
                duty,
                stopWithinNanos,
                haltOnOverrun,
                clock,
                loop,
                callbacks,
                new TenureMeters(meters, cluster, node, role, events),
                watch);
        standings.put(role, new Standing(tenure, callbacks));
        loop.execute(() -> {
            if (!stopping && standings.containsKey(role)) {
                tenure.campaign(engine, priority);
            }
        });
        return tenure;
    }

    /** The roles that this node stands for. Any thread. */
    Set<String> stoodFor() {
        return new TreeSet<>(standings.keySet());
    }

    /** Those of them that it holds. Any thread. */
    Set<String> held() {
        Set<String> held = new TreeSet<>();
        standings.forEach((role, standing) -> {
            Grant grant = standing.tenure().grant();
            if (grant != null && grant.isValid()) {
                held.add(role);
            }
        });
        return held;
    }

    Optional<RoleHolder> holder(String role) {
        return engine.holder(role);
    }

    /** Any thread. */
    CompletableFuture<RoleHolder> handOverMaster(String to) {
        Standing standing = standings.get(ElectionEngine.MASTER);
        if (standing == null) {
            throw new IllegalStateException(node + " does not stand for master");
        }
        return handOvers.begin(standing.tenure(), to);
    }

    /** Any thread. */
    CompletableFuture<RoleHolder> handOver(Tenure tenure, String to) {
        return handOvers.begin(tenure, to);
    }

    /** Any thread. */
    void close(Tenure tenure) {
        Standing standing = standings.get(tenure.role());
        if (standing != null && standing.tenure() == tenure) {
            loop.execute(() -> tenure.stop("its candidacy was closed", () -> {
                if (standings.remove(tenure.role(), standing)) {
                    closeLater(standing.callbacks());
                }
            }));
        }
    }

    /** Ending a thread waits for it, which is not for the loop. */
    private void closeLater(Callbacks callbacks) {
        Worker closer = newWorker.apply("role-end");
        closer.execute(() -> {
            callbacks.close();
            closer.close();
        });
    }

    /** True on a thread that runs a callback of a role. */
    boolean isInside() {
        return standings.values().stream()
                .anyMatch(standing -> standing.callbacks().isInside());
    }

    /** The roles whose callbacks run, or have to. Any thread. */
    Set<String> unfinished() {
        Set<String> unfinished = new TreeSet<>();
        standings.forEach((role, standing) -> {
            if (!standing.tenure().isIdle()) {
                unfinished.add(role);
            }
        });
        return unfinished;
    }

    /** How long callbacks may go on after the node has been told to stop. */
    long longestStopNanos() {
        return standings.values().stream()
                .mapToLong(standing -> standing.tenure().stopWithinNanos())
                .max()
                .orElse(0);
    }

    /** Gives all roles back, each when its callbacks have ended, and at the latest after their {@code stopWithin}. On the loop. */
    void stop(Runnable done) {
        stopping = true;
        List<Tenure> left = new ArrayList<>();
        standings.values().forEach(standing -> left.add(standing.tenure()));
        boolean[] over = {false};
        Runnable end = () -> {
            if (!over[0]) {
                over[0] = true;
                done.run();
            }
        };
        if (left.isEmpty()) {
            end.run();
            return;
        }
        loop.schedule(longestStopNanos(), end);
        for (Tenure tenure : List.copyOf(left)) {
            tenure.stop("the node stops", () -> {
                left.remove(tenure);
                if (left.isEmpty()) {
                    end.run();
                }
            });
        }
    }

    /**
     * Whoever has this node's directory next, also in this process, takes its roles for free: so not before the callbacks have ended,
     * or had their time.
     */
    private void awaitCallbacks() {
        if (inline) {
            return;
        }
        long deadline = clock.nanoTime() + longestStopNanos();
        while (clock.nanoTime() - deadline < 0
                && standings.values().stream()
                        .anyMatch(standing -> !standing.tenure().isIdle())) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Ends the threads, and what is still waited for. Not on the loop, unless that is the caller's own thread. */
    void close() {
        standings.values().forEach(standing -> standing.tenure().abandon());
        awaitCallbacks();
        watch.close();
        handOvers.close();
        standings.values().forEach(standing -> standing.callbacks().close());
    }
}
