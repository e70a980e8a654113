package io.holdfast.replication.node;

import io.holdfast.core.runtime.Worker;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.ForceTicket;
import io.holdfast.replication.log.HardState;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.session.EntryKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;

/**
 * Makes the node of a directory, which is not running, the only one that decides: with a vote for itself in a term that is its own,
 * and the configuration that says so as the log's last entry.
 */
final class SoleVoter {
    /** Does at once what it is asked to do. */
    static final Worker SAME_THREAD = new Worker() {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void close() {}
    };

    private SoleVoter() {}

    /**
     * Writes the vote, then the entry. Both are on stable storage when it returns.
     *
     * @param alone whose only voter is that node
     * @param term later than all in the log
     * @param notBefore the times of what the log goes on from, in case it is empty
     */
    static void begin(HardStateFile vote, SegmentedLog log, Configuration alone, long term, LastBatchTime notBefore)
            throws IOException {
        vote.save(new HardState(term, alone.voters().get(0).id(), vote.state().masterStopNanos()));
        vote.settle();
        append(log, alone, term, LastBatchTime.read(log).atLeast(notBefore));
    }

    private static void append(SegmentedLog log, Configuration alone, long term, LastBatchTime time)
            throws IOException {
        byte[] body = alone.encode();
        BatchMeta meta = BatchMeta.ofOne(log.lastIndex() + 1, term, body.length);
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, meta.bytes());
        builder.append(EntryKind.CONFIGURATION, body);
        ByteBuf batch = builder.seal(meta.firstIndex(), term, time.wallMillis(), time.masterNanos());
        try {
            log.append(batch, log.recovery().commitIndex());
        } finally {
            batch.release();
        }
        force(log);
    }

    static void force(SegmentedLog log) throws IOException {
        log.settle();
        ForceTicket ticket = log.ticket();
        if (ticket != null) {
            ticket.force();
            log.forced(ticket);
        }
    }
}
