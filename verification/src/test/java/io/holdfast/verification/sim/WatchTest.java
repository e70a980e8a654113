package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.MapBatch;
import io.holdfast.replication.MapEvent;
import io.holdfast.replication.MapWatch;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.WatchTooOldException;
import io.holdfast.testkit.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Who watches a map is told what was written, no more and no less, whoever dies meanwhile. */
class WatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ScriptedCluster cluster = new ScriptedCluster(16 << 20);
    private final List<String> written = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private long lastIndex;

    private HaCluster client() {
        SimulatedNode elsewhere = cluster.simulation.node("client");
        HaCluster client = HaCluster.builder("sim")
                .node(Node.client("client"))
                .with(LogReplication.client("node-1:7400", "node-2:7400", "node-3:7400")
                        .timeout(Duration.ofSeconds(30)))
                .runtime(elsewhere.runtime())
                .executor(elsewhere.callbacks())
                .start();
        assertTrue(cluster.simulation.runUntil(client::isReady, PATIENCE));
        return client;
    }

    private static ReplicatedMap<String, String> map(HaCluster process) {
        return ReplicatedMap.in(process, "map", Codec.string(), Codec.string());
    }

    private <T> T done(CompletableFuture<T> future) {
        assertTrue(cluster.simulation.runUntil(future::isDone, PATIENCE));
        return future.join();
    }

    private void tell(MapEvent<String, String> event) {
        assertTrue(event.index() >= lastIndex, event + " after index " + lastIndex);
        lastIndex = event.index();
        told.add(event.kind() + " " + event.key() + "=" + event.value());
    }

    private void awaitTold() {
        cluster.simulation.runUntil(() -> told.size() >= written.size(), PATIENCE);
        assertEquals(written, told);
    }

    private void write(ReplicatedMap<String, String> map, int i) {
        String key = "key-" + i;
        switch (i % 4) {
            case 0 -> {
                done(map.putAsync(key, "1"));
                written.add("PUT " + key + "=1");
            }
            case 1 -> {
                done(map.batch().put(key, "2").put("x", "" + i).remove("x").writeAsync());
                written.addAll(List.of("PUT " + key + "=2", "PUT x=" + i, "REMOVED x=null"));
            }
            case 2 -> {
                done(map.putAsync(key, "3", Duration.ofMillis(1)));
                done(map.removeAsync("nothing"));
                written.addAll(List.of("PUT " + key + "=3", "EXPIRED " + key + "=null"));
                cluster.simulation.runUntil(() -> told.size() >= written.size(), PATIENCE);
            }
            default -> {
                done(map.clearAsync());
                written.add("CLEARED null=null");
            }
        }
    }

    @Test
    void itIsToldExactlyWhatWasWrittenThroughFailovers() {
        HaCluster client = client();
        ReplicatedMap<String, String> map = map(client);
        MapWatch watch = map.watch(done(map.positionAsync()), this::tell);
        for (int i = 0; i < 60; i++) {
            if (i % 12 == 6) {
                SimulatedNode master = cluster.master();
                master.kill();
                write(map, i);
                cluster.start(master);
                cluster.await(master.id() + " is back");
            } else {
                write(map, i);
            }
            if (i == 30) {
                awaitTold();
                watch.close();
                write(map, i);
                watch = map.watch(watch.position(), this::tell);
            }
        }
        awaitTold();
        cluster.simulation.runFor(Duration.ofSeconds(5));
        assertEquals(written, told, "and nothing more");
        assertEquals(List.of(), cluster.simulation.failures());
    }

    /** It comes in several pages, from several nodes in turn. */
    @Test
    void anEntryThatFillsSeveralPagesIsToldOnce() {
        HaCluster client = client();
        ReplicatedMap<String, String> map = map(client);
        List<Boolean> last = new ArrayList<>();
        map.watch(0, event -> {
            tell(event);
            last.add(event.isLast());
        });
        MapBatch<String, String> batch = map.batch();
        List<Boolean> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String value = "x".repeat(20_000 + i);
            batch.put("key-" + i, value);
            written.add("PUT key-" + i + "=" + value);
            expected.add(i == 39);
        }
        done(batch.writeAsync());
        awaitTold();
        assertEquals(expected, last);
    }

    @Test
    void aSlowListenerFallsBehindAndIsToldSo() {
        HaCluster node = cluster.processes.get("node-1");
        ReplicatedMap<String, String> map = map(node);
        List<CompletableFuture<?>> writes = new ArrayList<>();
        boolean[] began = new boolean[1];
        MapWatch watch = map.watch(0, event -> {
            if (!began[0]) { // as if it took as long as all this does
                began[0] = true;
                for (int i = 0; i < 20; i++) {
                    MapBatch<String, String> batch = map.batch();
                    for (int j = 0; j < 5_000; j++) {
                        batch.put("key", "" + j);
                    }
                    writes.add(batch.writeAsync());
                }
            }
        });
        done(map.putAsync("first", "1"));
        assertTrue(cluster.simulation.runUntil(() -> watch.ended().isDone(), PATIENCE), "at " + watch.position());
        CompletionException ended =
                assertThrows(CompletionException.class, () -> watch.ended().join());
        assertInstanceOf(WatchTooOldException.class, ended.getCause());
        writes.forEach(this::done);
        map.watch(done(map.positionAsync()), this::tell);
        done(map.putAsync("again", "1"));
        written.add("PUT again=1");
        awaitTold();
    }

    @Test
    void aNodeThatTookItsStateFromASnapshotKnowsNothingFromBefore() {
        ScriptedCluster small = new ScriptedCluster();
        CompletableFuture<?> put = map(small.processes.get("node-1")).putAsync("before", "1");
        assertTrue(small.simulation.runUntil(put::isDone, PATIENCE));
        small.write(40);
        small.simulation.runFor(Duration.ofSeconds(5));
        SimulatedNode victim = small.machines.get(2);
        victim.kill();
        small.start(victim);
        small.await("it is back");
        assertTrue(small.decisions.restored() > 0, "from a snapshot");
        HaCluster back = small.processes.get(victim.id());
        MapWatch watch = map(back).watch(0, this::tell);
        assertTrue(small.simulation.runUntil(() -> watch.ended().isDone(), PATIENCE));
        CompletionException ended =
                assertThrows(CompletionException.class, () -> watch.ended().join());
        assertInstanceOf(WatchTooOldException.class, ended.getCause());
        assertEquals(List.of(), told);
    }

    @Test
    void theEndOfTheProcessEndsItsWatches() {
        HaCluster client = client();
        MapWatch watch = map(client).watch(0, this::tell);
        client.close();
        assertTrue(cluster.simulation.runUntil(() -> watch.ended().isDone(), PATIENCE));
        CompletionException ended =
                assertThrows(CompletionException.class, () -> watch.ended().join());
        assertInstanceOf(NotAvailableException.class, ended.getCause());
    }
}
