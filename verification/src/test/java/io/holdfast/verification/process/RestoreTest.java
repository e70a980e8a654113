package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.Codec;
import io.holdfast.replication.OfflineDirectory;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.UpTo;
import io.holdfast.replication.ReplicatedMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes, whose disks are all lost but for a cut that was taken on a slave and the log after it. */
class RestoreTest {
    private static final Duration PATIENCE = ThreeNodes.PATIENCE;

    @TempDir
    Path temporary;

    private ThreeNodes nodes;

    @BeforeEach
    void startAll() throws IOException {
        nodes = new ThreeNodes(temporary);
        nodes.startAll();
    }

    @AfterEach
    void stopAll() {
        nodes.close();
    }

    private ReplicatedMap<String, String> map(String id) {
        return nodes.map(id, "orders");
    }

    /** Up to that entry: nodes and locks put some into it by themselves. */
    private record Log(byte[] bytes, long last) {}

    /** What that node knows to be decided after an entry, up to another one at least. */
    private static Log logAfter(ReplicatedState state, long index, long to) throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        long end = System.nanoTime() + PATIENCE.toNanos();
        long last = index;
        while (last < to) {
            LogPart part = state.logAfter(last, 500, PATIENCE)
                    .toCompletableFuture()
                    .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(part.isEmpty() ? System.nanoTime() < end : part.firstIndex() == last + 1, part.toString());
            log.writeBytes(part.bytes());
            last = part.lastIndex();
        }
        return new Log(log.toByteArray(), last);
    }

    private Restored restore(int epoch, byte[] snapshot, byte[] log, UpTo upTo) throws IOException {
        return OfflineRestore.restore(
                nodes.target(),
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
        HaCluster client = nodes.startClient();
        ReplicatedMap<String, String> calls = ReplicatedMap.in(client, "calls", Codec.string(), Codec.string());
        calls.put("before", "value");
        FencingToken lock = nodes.lockToken("node-2");
        FencingToken role = nodes.roleToken("node-3");
        FencingToken master = nodes.masterToken();
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        Thread writer = new Thread(() -> {
            while (!enough.get()) {
                map("node-1").put("beside-" + acknowledged.get(), "value");
                acknowledged.incrementAndGet();
            }
        });
        writer.start();
        ReplicatedState state = nodes.state(nodes.slave());
        long before = nodes.state("node-1").position();
        state.confirm(new ReplicatedState.Bound.AtLeast(before), PATIENCE)
                .toCompletableFuture()
                .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        byte[] snapshot;
        long cutAt;
        String logId = state.logId().orElseThrow();
        try (StateCut cut =
                state.cut(PATIENCE).toCompletableFuture().get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
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
        long wanted = nodes.state("node-1").position();
        map("node-1").put("early-7", "a wrong command");
        map("node-1").put("too-late", "value");
        long all = nodes.state("node-1").position();
        Log whole = logAfter(state, cutAt, all);
        byte[] log = whole.bytes();
        byte[] late = logAfter(state, wanted, all).bytes();
        for (int i = 0; i < 20; i++) {
            calls.put("lost-" + i, "value"); // its session is ahead of what is restored
        }
        nodes.stopAndLoseAll();

        byte[] endsEarly = Arrays.copyOf(log, log.length - 1); // half of it may end where a batch does
        IOException torn = assertThrows(IOException.class, () -> restore(1, snapshot, endsEarly, UpTo.END));
        byte[] flipped = snapshot.clone();
        flipped[flipped.length / 2] ^= 4;
        IOException damaged = assertThrows(IOException.class, () -> restore(1, flipped, log, UpTo.END));
        assertTrue(String.valueOf(damaged.getMessage()).contains("damaged"), damaged.toString());
        assertTrue(String.valueOf(torn.getMessage()).contains("the log ends within the batch"), torn.toString());
        assertThrows(IllegalArgumentException.class, () -> restore(0, snapshot, log, UpTo.END));
        assertFalse(Files.exists(nodes.directory("node-1")), "nothing is left of what failed");

        Restored alone = restore(1, snapshot, new byte[0], UpTo.END);
        assertEquals(cutAt, alone.index());
        List<OfflineDirectory.Entry> written = new ArrayList<>();
        OfflineDirectory.entries(nodes.directory("node-1"), 1, Long.MAX_VALUE, written::add);
        assertEquals(
                List.of("configuration"),
                written.stream().map(each -> each.kind()).toList());
        assertTrue(written.get(0).wallMillis() >= alone.wallMillis(), "the masters' time does not go back");
        nodes.lose("node-1");

        IOException gap = assertThrows(IOException.class, () -> restore(1, snapshot, late, UpTo.END));
        assertTrue(
                String.valueOf(gap.getMessage()).contains("goes on with entry " + (wanted + 1) + " "), gap.toString());
        assertTrue(String.valueOf(gap.getMessage()).contains("entry " + (cutAt + 1) + " "), gap.toString());

        byte[] twice = Arrays.copyOf(log, 2 * log.length);
        System.arraycopy(log, 0, twice, log.length, log.length);
        assertEquals(whole.last(), restore(1, snapshot, twice, UpTo.END).index(), "parts may overlap");
        nodes.lose("node-1");

        Restored restored = restore(1, snapshot, log, new UpTo(wanted, Long.MAX_VALUE));
        assertEquals(wanted, restored.index());
        assertEquals(cutAt, restored.stateIndex());
        assertEquals(
                OfflineDirectory.State.WHOLE,
                OfflineDirectory.verify(nodes.directory("node-1")).state());
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> restore(2, snapshot, log, UpTo.END));
        assertTrue(String.valueOf(refused.getMessage()).contains("is not empty"), refused.toString());

        nodes.startAll();
        for (String id : ThreeNodes.IDS) {
            assertEquals(restored.clusterId() + ".1", nodes.state(id).logId().orElseThrow(), "it is another log");
        }
        assertEquals(Optional.empty(), client.feature(ReplicatedState.class).logId());
        calls.put("after", "value");
        assertEquals("value", calls.get("after"), "a client lives through it");
        assertEquals("value", nodes.map("node-2", "calls").get("before"));
        assertNull(calls.get("lost-3"));
        for (String id : ThreeNodes.IDS) {
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
        assertEquals(1, nodes.masterToken().epoch());
        assertTrue(nodes.masterToken().compareTo(master) > 0);
        FencingToken lockAfter = nodes.lockToken("node-2");
        FencingToken roleAfter = nodes.roleToken("node-3");
        assertEquals(1, lockAfter.epoch());
        assertEquals(1, roleAfter.epoch());
        assertTrue(lockAfter.compareTo(lock) > 0 && roleAfter.compareTo(role) > 0);
    }
}
