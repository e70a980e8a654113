package io.holdfast.replication.log;

import io.holdfast.core.runtime.StorageFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where some whole batches are, in order. Made on the loop; stays good when the log goes on or is truncated, since
 * nothing is ever overwritten, but not when it is closed.
 */
public final class ReadPlan {

    /** Batches that lie one after the other in a file, with the records' headers between them. */
    private record Run(StorageFile file, List<BatchMeta> batches, List<Long> offsets) {}

    private final List<Run> runs = new ArrayList<>();
    private int count;

    ReadPlan() {}

    void add(StorageFile file, BatchMeta batch, long offset) {
        Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last == null || last.file() != file) {
            last = new Run(file, new ArrayList<>(), new ArrayList<>());
            runs.add(last);
        }
        last.batches().add(batch);
        last.offsets().add(offset);
        count++;
    }

    /** How many batches. */
    public int count() {
        return count;
    }

    /** What they are. */
    public List<BatchMeta> batches() {
        return runs.stream().flatMap(run -> run.batches().stream()).toList();
    }

    /**
     * Reads and verifies them. Blocks; on any thread, as often as wanted.
     *
     * @return one buffer a batch, which the caller releases; several share one piece of memory
     * @throws DamagedLogException if what is read is not what had been written
     */
    public List<ByteBuf> read(ByteBufAllocator allocator) throws IOException {
        List<ByteBuf> batches = new ArrayList<>(count);
        try {
            for (Run run : runs) {
                read(run, allocator, batches);
            }
            return batches;
        } catch (IOException | RuntimeException e) {
            batches.forEach(ByteBuf::release);
            throw e;
        }
    }

    private static void read(Run run, ByteBufAllocator allocator, List<ByteBuf> batches) throws IOException {
        int last = run.batches().size() - 1;
        long start = run.offsets().get(0);
        int length = (int) (run.offsets().get(last) + run.batches().get(last).bytes() - start);
        ByteBuf all = allocator.directBuffer(length, length);
        try {
            ByteBuffer destination = all.nioBuffer(0, length);
            all.writerIndex(run.file().read(destination, start));
            for (int i = 0; i <= last; i++) {
                batches.add(verified(run, i, all, (int) (run.offsets().get(i) - start)));
            }
        } finally {
            all.release();
        }
    }

    private static ByteBuf verified(Run run, int i, ByteBuf all, int at) throws IOException {
        BatchMeta expected = run.batches().get(i);
        String problem;
        if (all.writerIndex() - at < expected.bytes()) {
            problem = "the file ends before the batch does";
        } else {
            ByteBuf batch = all.slice(at, expected.bytes());
            try {
                Batch.verify(batch);
                if (Batch.meta(batch).equals(expected)) {
                    return batch.retain();
                }
                problem = Batch.meta(batch) + " is there, not " + expected;
            } catch (DamagedBatchException e) {
                problem = String.valueOf(e.getMessage());
            }
        }
        throw new DamagedLogException(run.file().path(), run.offsets().get(i), expected.firstIndex(), problem);
    }
}
