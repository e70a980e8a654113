package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import io.holdfast.loadbalance.pick.Slots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What was told and has not been looked at: the last list, and the last word on each endpoint. Safe from any thread. */
final class PendingChanges {
    private @Nullable List<Endpoint> endpoints;
    private long epoch;
    private Map<String, Health> health = new LinkedHashMap<>();
    private Map<String, Boolean> draining = new LinkedHashMap<>();
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private CompletableFuture<Void> next = new CompletableFuture<>();

    synchronized CompletableFuture<Void> endpoints(List<Endpoint> list, long itsEpoch) {
        if (endpoints == null || itsEpoch >= epoch) {
            endpoints = list;
            epoch = itsEpoch;
        }
        return await();
    }

    synchronized CompletableFuture<Void> health(String id, Health is) {
        if (health.size() < Slots.MOST || health.containsKey(id)) {
            health.put(id, is);
        }
        return await();
    }

    synchronized CompletableFuture<Void> draining(String id, boolean is) {
        if (draining.size() < Slots.MOST || draining.containsKey(id)) {
            draining.put(id, is);
        }
        return await();
    }

    /** One future for all who wait for the same step. */
    private CompletableFuture<Void> await() {
        if (waiting.isEmpty()) {
            next = new CompletableFuture<>();
            waiting.add(next);
        }
        return next;
    }

    /** What has come since the last time, and who waits for it. */
    synchronized Changes take(List<CompletableFuture<Void>> into) {
        if (waiting.isEmpty()) {
            return Changes.NONE;
        }
        Changes taken = new Changes(endpoints, epoch, health, draining);
        endpoints = null;
        health = new LinkedHashMap<>();
        draining = new LinkedHashMap<>();
        into.addAll(waiting);
        waiting = new ArrayList<>();
        return taken;
    }
}
