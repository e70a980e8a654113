package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.structures.MapChange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
    private static final Configuration VOTERS =
            Configuration.of(List.of(new Voter("node-1", new UUID(1, 1), new Address("a", 1))));

    private final ManualTasks loop = new ManualTasks();
    private final ManualTasks logWorker = new ManualTasks();
    private final ManualTasks reader = new ManualTasks();
    /** Tokens of sessions, by which an entry is known from another with its index. */
    private final List<Long> opened = new ArrayList<>();

    private final class Events implements Applier.Events {
        @Override
        public void opened(long token, long session) {
            opened.add(token);
        }

        @Override
        public void answered(long session, long sequence, Outcome outcome, byte[] answer) {}

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

    private static void append(LogStore store, long index, long term, long token) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
        builder.append(
                EntryKind.OPEN_SESSION,
                ByteBuffer.allocate(Long.BYTES).putLong(0, token).array());
        ByteBuf batch = builder.seal(index, term, 1, 1);
        store.append(Batch.meta(batch), batch);
        store.write(0);
    }

    private void runAll() {
        for (int turn = 0; turn < 20; turn++) {
            loop.runAll();
            logWorker.runAll();
            reader.runAll();
        }
    }

    /** Found by the simulator: what is read may be a tail that has been replaced, and its replacement decided, meanwhile. */
    @Test
    void aTailThatIsReplacedWhileItIsReadIsNotApplied(@TempDir Path directory) throws Exception {
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(64 << 10, true),
                new UUID(1, 2),
                new Random(1),
                logWorker,
                LogBase.NONE);
        LogStore store = new LogStore(log, logWorker, logWorker, reader, loop, true, 1, (term, index, byForce) -> {});
        Applier applier = new Applier(
                store, reader, loop, UnpooledByteBufAllocator.DEFAULT, null, VOTERS, new Levels("a", 1), new Events());
        append(store, 1, 1, 100);
        append(store, 2, 1, 200);
        append(store, 3, 1, 300); // pushes the others out of memory
        loop.runAll();
        logWorker.runAll();
        loop.runAll();
        applier.committed(1); // the reader is asked for all three
        store.truncateFrom(2);
        append(store, 2, 2, 201);
        append(store, 3, 2, 301);
        applier.committed(3);
        runAll();
        applier.forced(); // as the force of what is new does
        runAll();
        assertEquals(List.of(100L, 201L, 301L), opened);
        assertEquals(3, applier.applied());
        store.close();
        logWorker.runAll();
    }
}
