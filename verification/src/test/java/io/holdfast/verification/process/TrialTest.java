package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateCut;
import io.holdfast.core.spi.StateMark;
import io.holdfast.core.spi.StateTrial;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReplicatedMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trial restores of three real nodes has the hashes of their states, at that entry and at no other. */
class TrialTest {
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

    private static StateMark mark(ReplicatedState state) throws Exception {
        List<StateMark> marks = new ArrayList<>();
        eventually(
                "a mark",
                () -> {
                    try {
                        return marks.add(state.mark(ThreeNodes.PATIENCE)
                                .toCompletableFuture()
                                .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
                    } catch (ExecutionException notNow) {
                        assertTrue(notNow.getCause() instanceof NotAvailableException, notNow.toString());
                        return false;
                    }
                },
                () -> marks);
        return marks.get(0);
    }

    private static byte[] logAfter(ReplicatedState state, long index, long to) throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        long[] last = {index};
        while (last[0] < to) {
            LogPart part = state.logAfter(last[0], 1 << 20, ThreeNodes.PATIENCE)
                    .toCompletableFuture()
                    .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!part.isEmpty()) {
                log.writeBytes(part.bytes());
                last[0] = part.lastIndex();
            }
        }
        return log.toByteArray();
    }

    /** Of all kinds: what is kept, goes by itself, is held, is given back, and comes from sessions that end. */
    private void work(String round) throws Exception {
        ReplicatedMap<String, String> orders = nodes.map("node-1", "orders");
        for (int i = 0; i < 50; i++) {
            orders.put("key-" + i, round);
        }
        orders.remove("key-7");
        orders.put("long " + round, "value", Duration.ofHours(1));
        orders.put("short " + round, "value", Duration.ofMillis(20));
        nodes.map("node-2", "of " + round).put("a", "b");
        nodes.lockToken("node-2");
        HaCluster client = nodes.startClient();
        ReplicatedMap.in(client, "calls", Codec.string(), Codec.string()).put(round, "value");
        client.stop();
        eventually(
                "what goes by itself is gone",
                () -> {
                    orders.put("tick", round);
                    return orders.get("short " + round) == null;
                },
                () -> orders.get("short " + round));
    }

    private Map<String, Long> replayed(StateTrial trial, byte[] snapshot, byte[] log, long index) throws IOException {
        trial.check();
        assertEquals(
                index,
                trial.restore(
                                Short.MAX_VALUE,
                                new ByteArrayInputStream(snapshot),
                                new ByteArrayInputStream(log),
                                index,
                                Long.MAX_VALUE)
                        .index());
        List<Long> told = new ArrayList<>();
        Map<String, Long> hashes = trial.replay(told::add);
        assertFalse(told.isEmpty());
        return hashes;
    }

    @Test
    void whatIsRestoredHasTheHashesOfTheCluster() throws Exception {
        nodes.roleToken("node-3");
        work("early");
        ReplicatedState state = nodes.state(nodes.slave());
        byte[] snapshot;
        long cutAt;
        try (StateCut cut = state.cut(ThreeNodes.PATIENCE)
                .toCompletableFuture()
                .get(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            snapshot = cut.open().readAllBytes();
            cutAt = cut.index();
        }
        work("middle");
        StateMark middle = mark(state);
        work("late");
        StateMark late = mark(state);
        assertTrue(cutAt < middle.index() && middle.index() < late.index(), cutAt + " " + middle + " " + late);
        assertEquals(state.logId().orElseThrow(), late.logId());
        byte[] log = logAfter(state, cutAt, late.index());

        Path first = temporary.resolve("trial-1");
        assertEquals(late.hashes(), replayed(state.trial(first), snapshot, log, late.index()));
        assertEquals(
                middle.hashes(), replayed(state.trial(temporary.resolve("trial-2")), snapshot, log, middle.index()));
        assertNotEquals(middle.hashes(), late.hashes());
        assertThrows(
                IllegalArgumentException.class, () -> state.trial(first).check(), "what is there is not overwritten");
        assertThrows(IllegalStateException.class, () -> state.trial(temporary.resolve("none"))
                .replay(index -> {}));
        assertTrue(Files.exists(first.resolve("identity")));
    }
}
