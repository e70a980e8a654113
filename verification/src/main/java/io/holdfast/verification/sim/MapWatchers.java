package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Those who watch the maps of {@link MapUser}s, on clients and on a node, and what they must have been told in the end. */
final class MapWatchers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final ToldChanges ofMap;
    private final ToldChanges ofPassing;
    private final List<MapWatcher> watchers = new ArrayList<>();

    MapWatchers(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.ofMap = new ToldChanges(MapUser.MAP, cluster.decisions());
        this.ofPassing = new ToldChanges(MapUser.PASSING, cluster.decisions());
        SimulatedNode node = cluster.machines().get(cluster.machines().size() - 1);
        for (ToldChanges told : List.of(ofMap, ofPassing)) {
            add(new MapWatcher(
                    node.id(), told.map(), simulation, () -> cluster.process(node.id()), node::running, told));
        }
    }

    void addClient(String id, HaCluster client) {
        for (ToldChanges told : List.of(ofMap, ofPassing)) {
            add(new MapWatcher(id, told.map(), simulation, () -> client, () -> true, told));
        }
    }

    private void add(MapWatcher watcher) {
        watchers.add(watcher);
        watcher.start();
    }

    /** How many entries they were told of. */
    int told() {
        return ofMap.size() + ofPassing.size();
    }

    /** When the cluster has been calm for a while, and nobody writes to the maps any more. */
    void check(HaCluster client, List<String> problems) {
        if (!simulation.runUntil(() -> watchers.stream().allMatch(w -> w.hasCaughtUp() || !w.isThere()), PATIENCE)) {
            problems.add("liveness: who watches has not been told all:" + watchers + cluster.describe());
        }
        watchers.forEach(MapWatcher::end);
        ofMap.check();
        ofPassing.check();
        ReplicatedMap<String, String> map = ReplicatedMap.in(client, MapUser.MAP, Codec.string(), Codec.string());
        for (int i = 0; i < MapUser.KEYS; i++) {
            String key = "key-" + i;
            CompletableFuture<@Nullable String> read = map.getAsync(key);
            if (!simulation.runUntil(read::isDone, PATIENCE) || read.isCompletedExceptionally()) {
                problems.add("liveness: a read in the calm was not answered");
                return;
            }
            for (MapWatcher watcher : watchers) {
                String told = watcher.content().get(key);
                boolean knows = watcher.isThere() && watcher.isGapless() && watcher.of(ofMap);
                if (knows && !String.valueOf(told).equals(String.valueOf(read.join()))) {
                    ofMap.violate(
                            "by what " + watcher + " was told, " + key + " is " + told + ", but it is " + read.join());
                }
            }
        }
        for (MapWatcher watcher : watchers) {
            if (watcher.isThere()
                    && watcher.isGapless()
                    && watcher.of(ofPassing)
                    && !watcher.content().isEmpty()) {
                ofPassing.violate(watcher + " was not told that " + watcher.content() + " went");
            }
        }
    }
}
