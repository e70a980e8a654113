package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.Codec;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LockGrant;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineDirectory;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Restored;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.OfflineRestore.UpTo;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, whose disks are all lost but for a cut that was taken on a slave and the log after it. */
class RestoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, HaCluster> running = new TreeMap<>();
    private String[] bootstrap = {};

    @TempDir
    Path temporary;

    @BeforeEach
    void startAll() throws IOException {
        bootstrap = new String[3];
        for (int i = 0; i < 3; i++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                bootstrap[i] = "node-" + (i + 1) + "@127.0.0.1:" + free.getLocalPort();
            }
        }
        for (String id : List.of("node-1", "node-2", "node-3")) {
            start(id);
        }
        running.values().forEach(node -> node.awaitReady(PATIENCE));
    }

    @AfterEach
    void stopAll() {
        running.values().forEach(HaCluster::stop);
        running.clear();
    }

    private String address(String id) {
        return Stream.of(bootstrap)
                .filter(each -> each.startsWith(id + "@"))
                .findFirst()
                .orElseThrow()
                .substring(id.length() + 1);
    }

    private void start(String id) {
        running.put(
                id,
                HaCluster.builder("shop")
                        .node(Node.of(id).bind(address(id)))
                        .with(LogReplication.inDirectory(temporary.resolve(id))
                                .bootstrap(bootstrap)
                                .segmentBytes(1 << 20)
                                .fast())
                        .start());
    }

    private ReplicatedMap<String, String> map(String id) {
        return map(id, "orders");
    }

    private ReplicatedMap<String, String> map(String id, String name) {
        return ReplicatedMap.in(running.get(id), name, Codec.string(), Codec.string());
    }

    private String slave() {
        return running.entrySet().stream()
                .filter(each -> ReplicatedLog.in(each.getValue()).status().role() == ReplicaRole.SLAVE)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static FencingToken roleToken(HaCluster node) throws Exception {
        CompletableFuture<FencingToken> token = new CompletableFuture<>();
        node.role("invoices").run(grant -> token.complete(grant.token()));
        return token.get(60, TimeUnit.SECONDS);
    }

    private FencingToken lockToken(String id) throws Exception {
        try (LockGrant grant =
                FencedLock.in(running.get(id), "stock").acquire(PATIENCE).orElseThrow()) {
            return grant.token();
        }
    }

    private FencingToken masterToken() {
        return running.get("node-1").master().orElseThrow().token();
    }

    /** What that node knows to be decided after an entry, up to another one at least. */
    private static byte[] logAfter(ReplicatedState state, long index, long to) throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        long end = System.nanoTime() + PATIENCE.toNanos();
        long last = index;
        while (last < to) {
            LogPart part =
                    state.logAfter(last, 500, PATIENCE).toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertTrue(part.isEmpty() ? System.nanoTime() < end : part.firstIndex() == last + 1, part.toString());
            log.writeBytes(part.bytes());
            last = part.lastIndex();
        }
        return log.toByteArray();
    }

    private void loseAll() throws IOException {
        for (String id : List.of("node-1", "node-2", "node-3")) {
            lose(id);
        }
    }

    private void lose(String id) throws IOException {
        try (Stream<Path> files = Files.walk(temporary.resolve(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Target target() {
        return new Target(temporary.resolve("node-1"), "shop", "node-1", address("node-1"), Arrays.asList(bootstrap));
    }

    private Restored restore(int epoch, byte[] snapshot, byte[] log, UpTo upTo) throws IOException {
        return OfflineRestore.restore(
                target(),
                epoch,
                new ByteArrayInputStream(snapshot),
                new ByteArrayInputStream(log),
                upTo,
                new SplittableRandom(System.nanoTime()));
    }

    @Test
    void aClusterOfWhichOnlyACutAndTheLogAreLeftIsRestoredToAnIndex() throws Exception {
        for (int i = 0; i < 50; i++) {
            map("node-1").put("early-" + i, "value-" + i);
        }
        HaCluster client = HaCluster.builder("shop")
                .node(Node.client("callers"))
                .with(LogReplication.client(address("node-1"), address("node-2"), address("node-3")))
                .start();
        running.put("callers", client);
        client.awaitReady(PATIENCE);
        ReplicatedMap<String, String> calls = ReplicatedMap.in(client, "calls", Codec.string(), Codec.string());
        calls.put("before", "value");
        FencingToken lock = lockToken("node-2");
        FencingToken role = roleToken(running.get("node-3"));
        FencingToken master = masterToken();
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        Thread writer = new Thread(() -> {
            while (!enough.get()) {
                map("node-1").put("beside-" + acknowledged.get(), "value");
                acknowledged.incrementAndGet();
            }
        });
        writer.start();
        ReplicatedState state = running.get(slave()).feature(ReplicatedState.class);
        long before = running.get("node-1").feature(ReplicatedState.class).position();
        state.confirm(new ReplicatedState.Bound.AtLeast(before), PATIENCE)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        byte[] snapshot;
        long cutAt;
        String logId = state.logId().orElseThrow();
        try (StateCut cut = state.cut(PATIENCE).toCompletableFuture().get(60, TimeUnit.SECONDS)) {
            assertTrue(cut.index() >= before, cut.index() + " and " + before);
            snapshot = cut.open().readAllBytes();
            assertEquals(cut.bytes(), snapshot.length);
            assertArrayEquals(snapshot, cut.open().readAllBytes(), "it is the same each time");
            cutAt = cut.index();
            assertEquals(logId, cut.logId());
        }
        enough.set(true);
        writer.join();
        for (int i = 0; i < 30; i++) {
            map("node-1").put("tail-" + i, "value-" + i);
        }
        long wanted = running.get("node-1").feature(ReplicatedState.class).position();
        map("node-1").put("early-7", "a wrong command");
        map("node-1").put("too-late", "value");
        long all = running.get("node-1").feature(ReplicatedState.class).position();
        byte[] log = logAfter(state, cutAt, all);
        for (int i = 0; i < 20; i++) {
            calls.put("lost-" + i, "value"); // its session is ahead of what is restored
        }
        for (String id : List.of("node-1", "node-2", "node-3")) {
            running.remove(id).stop();
        }
        loseAll();

        int half = log.length / 2;
        IOException torn =
                assertThrows(IOException.class, () -> restore(1, snapshot, Arrays.copyOf(log, half), UpTo.END));
        byte[] flipped = snapshot.clone();
        flipped[flipped.length / 2] ^= 4;
        IOException damaged = assertThrows(IOException.class, () -> restore(1, flipped, log, UpTo.END));
        assertTrue(String.valueOf(damaged.getMessage()).contains("damaged"), damaged.toString());
        assertTrue(String.valueOf(torn.getMessage()).contains("the log ends within the batch"), torn.toString());
        assertThrows(IllegalArgumentException.class, () -> restore(0, snapshot, log, UpTo.END));
        assertFalse(Files.exists(temporary.resolve("node-1")), "nothing is left of what failed");

        Restored alone = restore(1, snapshot, new byte[0], UpTo.END);
        assertEquals(cutAt, alone.index());
        List<OfflineDirectory.Entry> written = new ArrayList<>();
        OfflineDirectory.entries(temporary.resolve("node-1"), 1, Long.MAX_VALUE, written::add);
        assertEquals(
                List.of("configuration"),
                written.stream().map(each -> each.kind()).toList());
        assertTrue(written.get(0).wallMillis() >= alone.wallMillis(), "the masters' time does not go back");
        lose("node-1");

        Restored restored = restore(1, snapshot, log, new UpTo(wanted, Long.MAX_VALUE));
        assertEquals(wanted, restored.index());
        assertEquals(cutAt, restored.snapshotIndex());
        assertEquals(
                OfflineDirectory.State.WHOLE,
                OfflineDirectory.verify(temporary.resolve("node-1")).state());
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> restore(2, snapshot, log, UpTo.END));
        assertTrue(String.valueOf(refused.getMessage()).contains("is not empty"), refused.toString());

        for (String id : List.of("node-1", "node-2", "node-3")) {
            start(id);
        }
        running.values().forEach(node -> node.awaitReady(PATIENCE));
        for (String id : List.of("node-1", "node-2", "node-3")) {
            assertEquals(
                    restored.clusterId() + ".1",
                    running.get(id).feature(ReplicatedState.class).logId().orElseThrow(),
                    "it is another log");
        }
        assertEquals(
                Optional.empty(), client.feature(ReplicatedState.class).logId());
        calls.put("after", "value");
        assertEquals("value", calls.get("after"), "a client lives through it");
        assertEquals("value", map("node-2", "calls").get("before"));
        assertNull(calls.get("lost-3"));
        for (String id : List.of("node-1", "node-2", "node-3")) {
            for (int i = 0; i < 50; i++) {
                assertEquals("value-" + i, map(id).get("early-" + i));
            }
            for (int i = 0; i < 30; i++) {
                assertEquals("value-" + i, map(id).get("tail-" + i));
            }
            for (int i = 0; i < acknowledged.get(); i++) {
                assertEquals("value", map(id).get("beside-" + i));
            }
            assertNull(map(id).get("too-late"));
        }
        assertEquals(80 + acknowledged.get(), map("node-2").size());
        assertEquals(1, masterToken().epoch());
        assertTrue(masterToken().compareTo(master) > 0);
        FencingToken lockAfter = lockToken("node-2");
        FencingToken roleAfter = roleToken(running.get("node-3"));
        assertEquals(1, lockAfter.epoch());
        assertEquals(1, roleAfter.epoch());
        assertTrue(lockAfter.compareTo(lock) > 0 && roleAfter.compareTo(role) > 0);
    }
}
