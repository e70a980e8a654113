package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerOutboxTest {
    private static final class CountingLink implements Link {
        private int frames;

        @Override
        public Peer peer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            frames++;
            frame.release();
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {}
    }

    private final ManualTasks loop = new ManualTasks();
    private final ManualTasks worker = new ManualTasks();
    private final ManualTasks reader = new ManualTasks();
    private final List<RaftInput> inputs = new ArrayList<>();

    private static AppendRequest append(BatchMeta batch) {
        return new AppendRequest(1, batch.firstIndex() - 1, batch.firstIndex() == 1 ? 0 : 1, 0, List.of(batch));
    }

    private static BatchMeta append(LogStore store, long index) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
        builder.append(0, new byte[10]);
        ByteBuf batch = builder.seal(index, 1, 1, 1);
        BatchMeta meta = Batch.meta(batch);
        store.append(meta, batch);
        store.write(0);
        return meta;
    }

    /** A master hears of another one, and cuts its tail, while an append of that tail waits behind a read. */
    @Test
    void anAppendThatWaitedWhileItsBatchWasCutIsNotSent(@TempDir Path directory) throws Exception {
        SegmentedLog log = SegmentedLog.open(
                Storage.files(),
                directory,
                new LogOptions(64 << 10, true),
                new UUID(1, 2),
                new Random(1),
                worker,
                LogBase.NONE);
        LogStore store = new LogStore(log, worker, worker, reader, loop, true, 1, (term, index, byForce) -> {});
        PeerOutbox outbox = new PeerOutbox(
                "node-2", store, reader, loop, UnpooledByteBufAllocator.DEFAULT, inputs::add, sent -> {});
        CountingLink link = new CountingLink();
        outbox.up(link);
        BatchMeta first = append(store, 1);
        append(store, 2);
        BatchMeta third = append(store, 3);
        outbox.send(append(first)); // no longer in memory
        outbox.send(append(third));
        assertEquals(0, link.frames);
        store.truncateFrom(3);
        reader.runAll();
        loop.runAll();
        assertEquals(1, link.frames);
        assertEquals(List.of(new RaftInput.SendFailed("node-2")), inputs);
        for (int turn = 0; turn < 10; turn++) { // forces
            loop.runAll();
            worker.runAll();
        }
        store.close();
        worker.runAll();
    }
}
