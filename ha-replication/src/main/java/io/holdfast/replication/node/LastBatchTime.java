package io.holdfast.replication.node;

import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.SegmentedLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.List;

/** The times that the log's last batch carries, from which a new master goes on. */
record LastBatchTime(long wallMillis, long masterNanos) {
    /** Neither goes back. */
    LastBatchTime atLeast(LastBatchTime other) {
        return new LastBatchTime(Math.max(wallMillis, other.wallMillis), Math.max(masterNanos, other.masterNanos));
    }

    static LastBatchTime read(SegmentedLog log) throws IOException {
        if (log.lastIndex() == log.base().index()) {
            return new LastBatchTime(0, 0);
        }
        List<ByteBuf> batches = log.plan(log.lastIndex(), 1).read(UnpooledByteBufAllocator.DEFAULT);
        ByteBuf last = batches.get(batches.size() - 1);
        LastBatchTime time = new LastBatchTime(Batch.wallMillis(last), Batch.masterNanos(last));
        batches.forEach(ByteBuf::release);
        return time;
    }
}
