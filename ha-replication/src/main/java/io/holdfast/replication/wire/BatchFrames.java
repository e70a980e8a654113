package io.holdfast.replication.wire;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.DamagedBatchException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Batches one behind the other, as an append carries them. */
final class BatchFrames {
    private BatchFrames() {}

    /** Cuts what remains of the frame into batches, each verified with its checksum. */
    static List<BatchMeta> slice(ByteBuf frame, List<ByteBuf> batches) {
        List<BatchMeta> metas = new ArrayList<>();
        while (frame.isReadable()) {
            if (frame.readableBytes() < Batch.HEADER_BYTES) {
                throw new MalformedFrameException("the append ends within a batch's header");
            }
            int length = frame.getInt(frame.readerIndex());
            if (length < Batch.HEADER_BYTES || length > frame.readableBytes()) {
                throw new MalformedFrameException(
                        "a batch of " + length + " bytes in " + frame.readableBytes() + " bytes of an append");
            }
            ByteBuf batch = frame.readSlice(length);
            try {
                Batch.verify(batch);
            } catch (DamagedBatchException e) {
                throw new MalformedFrameException("a damaged batch: " + e.getMessage());
            }
            batches.add(batch);
            metas.add(Batch.meta(batch));
        }
        return metas;
    }
}
