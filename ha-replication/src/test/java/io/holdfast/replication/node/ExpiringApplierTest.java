package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.structures.BatchCommand;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.MapCommands;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Much that is due at once leaves the loop its time, and is all gone before the batch at whose time it is due. */
class ExpiringApplierTest {
    private static final Configuration VOTERS =
            Configuration.of(List.of(new Voter("node-1", new UUID(1, 1), new Address("a", 1))));
    private static final byte[] MAP = {'m'};
    private static final int VALUES = 10_000;
    private static final long TTL = 5_000_000;

    private final ManualTasks loop = new ManualTasks();
    private final ManualTasks worker = new ManualTasks();

    @TempDir
    Path directory;

    private SegmentedLog log;

    @BeforeEach
    void open() throws Exception {
        log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(1 << 20, true),
                new UUID(1, 2),
                new Random(1),
                worker,
                LogBase.NONE);
    }

    private static final class Nobody implements Applier.Events {
        @Override
        public void opened(long token, long session) {}

        @Override
        public void answered(long session, long sequence, Outcome outcome, byte[] answer) {
            assertEquals(Outcome.APPLIED, outcome);
        }

        @Override
        public void applied(long index, int bytes) {}

        @Override
        public void configured(Configuration configuration) {}

        @Override
        public void rolesChanged() {}

        @Override
        public void locksChanged(long generation) {}

        @Override
        public void changed(MapChange change) {}

        @Override
        public void restored(long index) {}

        @Override
        public void hashed(long index, int subject, long hash) {}

        @Override
        public void answersComplete() {}
    }

    private static void append(LogStore store, long index, long masterNanos, int kind, byte[] body) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64 + body.length);
        builder.append(kind, body);
        ByteBuf batch = builder.seal(index, 1, 1, masterNanos);
        store.append(Batch.meta(batch), batch);
        store.write(0);
    }

    /** The first write of the session that the entry at index 1 has opened. */
    private static byte[] values() {
        BatchCommand batch = new BatchCommand(1 << 20);
        for (int i = 0; i < VALUES; i++) {
            batch.putExpiring(("key-" + i).getBytes(StandardCharsets.UTF_8), new byte[1], TTL);
        }
        byte[] command = batch.of(MAP);
        return ByteBuffer.allocate(EntryKind.COMMAND_HEADER + command.length)
                .putLong(1)
                .putLong(1)
                .putLong(1)
                .put((byte) Commands.MAPS)
                .put(command)
                .array();
    }

    private static long size(Applier applier) {
        long[] size = {-1};
        applier.query(Commands.MAPS, MapCommands.size(MAP), (outcome, answer) -> size[0] = MapCommands.number(answer));
        return size[0];
    }

    private void runAll() {
        for (int turn = 0; turn < 100; turn++) {
            loop.runAll();
            worker.runAll();
        }
    }

    /** @param cacheBytes 1: all but the last batch have to be read from the disk */
    @ParameterizedTest
    @ValueSource(longs = {1, 8 << 20})
    void muchThatIsDueGoesAPartAtATime(long cacheBytes) throws Exception {
        LogStore store = new LogStore(log, worker, worker, worker, loop, true, cacheBytes, (term, index, force) -> {});
        Applier applier = new Applier(
                store, worker, loop, UnpooledByteBufAllocator.DEFAULT, null, VOTERS, new Levels("a", 1), new Nobody());
        append(store, 1, 1, EntryKind.OPEN_SESSION, new byte[Long.BYTES]);
        append(store, 2, 2, EntryKind.COMMAND, values());
        append(store, 3, 1 + TTL, EntryKind.NOOP, new byte[0]);
        append(store, 4, 2 + TTL, EntryKind.NOOP, new byte[0]);
        append(store, 5, 3 + TTL, EntryKind.NOOP, new byte[0]);
        runAll();
        applier.committed(3);
        runAll();
        assertEquals(3, applier.applied());
        assertEquals(VALUES, size(applier), "one nanosecond too early");
        assertFalse(applier.isDue(1 + TTL));
        assertTrue(applier.isDue(2 + TTL));
        applier.committed(5);
        int parts = 0;
        while (applier.applied() < 5) {
            long left = size(applier);
            if (left < VALUES) {
                assertEquals(3, applier.applied(), "not before all have gone");
                assertFalse(applier.mayBeCaptured(), "a state between two indexes");
                parts++;
            }
            assertTrue(loop.runOne() || worker.runOne(), "it goes on");
        }
        assertEquals(0, size(applier));
        assertTrue(parts >= 4, "in " + parts + " parts");
        assertTrue(applier.mayBeCaptured());
        store.close();
    }

    @AfterEach
    void close() {
        runAll();
    }

    @Test
    void nothingIsDueWithoutDeadlines() throws Exception {
        LogStore store = new LogStore(log, worker, worker, worker, loop, true, 1, (term, index, force) -> {});
        Applier applier = new Applier(
                store, worker, loop, UnpooledByteBufAllocator.DEFAULT, null, VOTERS, new Levels("a", 1), new Nobody());
        assertFalse(applier.isDue(Long.MAX_VALUE - 1));
        store.close();
    }
}
