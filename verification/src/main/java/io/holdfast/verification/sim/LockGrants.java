package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LockGrant;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What is promised of locks, checked as they come and go: tokens rise, and what is valid at once is no more than there is. */
final class LockGrants {
    static final String LOCK = "lock";
    static final String POOL = "pool";
    static final int PERMITS = 3;

    private static final Duration CALM_LIMIT = Duration.ofMinutes(2);

    private record Given(String user, LockGrant grant, BooleanSupplier lives) {
        @Override
        public String toString() {
            return user + " has " + grant;
        }
    }

    private final Simulation simulation;
    private final Decisions decisions;
    private final List<LockUser> users = new ArrayList<>();
    private final List<Given> given = new ArrayList<>();
    private final Map<String, Long> largest = new HashMap<>();

    LockGrants(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.decisions = cluster.decisions();
        for (SimulatedNode machine : cluster.machines().subList(0, 2)) {
            add(new LockUser(machine.id(), simulation, () -> cluster.process(machine.id()), machine::running, this));
        }
        cluster.alsoLook(this::look);
    }

    void addClient(String id, HaCluster client) {
        add(new LockUser(id, simulation, () -> client, () -> true, this));
    }

    private void add(LockUser user) {
        users.add(user);
        user.start();
    }

    /** How often somebody was granted something. */
    int count() {
        return users.stream().mapToInt(LockUser::granted).sum();
    }

    void violate(String what) {
        decisions.violate(what);
    }

    /** The order in which they are told is that in which they were granted, but of those that nobody can use any more. */
    void granted(String user, LockGrant grant, BooleanSupplier lives) {
        long token = grant.token().value();
        long before = largest.getOrDefault(grant.name(), 0L);
        if (grant.isValid() && grant.name().equals(LOCK) && token <= before) {
            violate(user + " has " + grant + " after one with token " + before);
        }
        largest.merge(grant.name(), token, Math::max);
        given.add(new Given(user, grant, lives));
    }

    private void look() {
        given.removeIf(one -> !one.lives().getAsBoolean() || !one.grant().isValid());
        Map<String, Integer> used = new HashMap<>();
        for (Given one : given) {
            used.merge(one.grant().name(), one.grant().permits(), Integer::sum);
        }
        if (used.getOrDefault(LOCK, 0) > 1 || used.getOrDefault(POOL, 0) > PERMITS) {
            violate("valid at once: " + given);
        }
    }

    /** From now on. */
    void slowDown(int times) {
        users.forEach(user -> user.slowDown(times));
    }

    void stop() {
        users.forEach(LockUser::stop);
    }

    /** When the cluster has been calm for a while: everybody who is there is granted what it asks for, whatever the storm has left behind. */
    void check(List<String> problems) {
        List<CompletableFuture<Optional<LockGrant>>> last = new ArrayList<>();
        users.stream().filter(LockUser::isThere).forEach(user -> last.add(user.once()));
        boolean all = simulation.runUntil(
                () -> last.stream().allMatch(CompletableFuture::isDone)
                        || !simulation.failures().isEmpty(),
                CALM_LIMIT);
        boolean granted = last.stream()
                .allMatch(call -> call.isDone()
                        && !call.isCompletedExceptionally()
                        && call.join().isPresent());
        if (!all || !granted) {
            problems.add("liveness: locks are not granted in the calm: " + users + " " + last);
        }
    }
}
