package io.holdfast.replication.client;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.replication.session.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads that have not been answered. A read is safe to repeat, so it is asked again, wherever it can be answered, until
 * its deadline. On the loop.
 */
final class PendingReads {
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** One of them. */
    private static final class Read {
        private final int machine;
        private final byte[] request;
        private final long deadlineNanos;
        private final Call call;
        private long askedNanos;
        private boolean asked;

        Read(int machine, byte[] request, long deadlineNanos, Call call) {
            this.machine = machine;
            this.request = request;
            this.deadlineNanos = deadlineNanos;
            this.call = call;
        }
    }

    private final Map<Long, Read> reads = new LinkedHashMap<>();
    private final Supplier<@Nullable Endpoint> whom;
    private final IntConsumer left;
    private long nextId;

    /**
     * @param firstId where ids start, so that no answer to an earlier life of this process matches
     * @param whom who can answer at this moment, or null
     * @param left hears the length of each read that is done
     */
    PendingReads(long firstId, Supplier<@Nullable Endpoint> whom, IntConsumer left) {
        this.nextId = firstId;
        this.whom = whom;
        this.left = left;
    }

    void add(int machine, byte[] request, long deadlineNanos, Call call, long now) {
        Read read = new Read(machine, request, deadlineNanos, call);
        long id = nextId++;
        reads.put(id, read);
        ask(id, read, now);
    }

    private void ask(long id, Read read, long now) {
        Endpoint to = whom.get();
        read.askedNanos = now;
        read.asked = to != null && to.query(id, read.machine, read.request);
    }

    /** There is somebody new to ask. */
    void askAgain(long now) {
        reads.forEach((id, read) -> ask(id, read, now));
    }

    /** Sees to deadlines and repetitions. */
    void tick(long now, String master) {
        for (Map.Entry<Long, Read> entry : new ArrayList<>(reads.entrySet())) {
            Read read = entry.getValue();
            if (now - read.deadlineNanos >= 0) {
                remove(entry.getKey());
                read.call.fail(new NotAvailableException("the read was not answered before its deadline"
                        + (master.isEmpty() ? "; no master is known" : "; the master was last " + master)));
            } else if (!read.asked || now - read.askedNanos > RETRY_NANOS) {
                ask(entry.getKey(), read, now);
            }
        }
    }

    private @Nullable Read remove(long id) {
        Read read = reads.remove(id);
        if (read != null) {
            left.accept(read.request.length);
        }
        return read;
    }

    void answered(long id, Outcome outcome, byte[] bytes) {
        Read read = reads.get(id);
        if (read == null) {
            return; // answered before, or too late
        }
        if (outcome == Outcome.APPLIED) {
            remove(id);
            read.call.complete(bytes);
        } else if (outcome == Outcome.FAILED) {
            remove(id);
            read.call.fail(new RequestFailedException(new String(bytes, StandardCharsets.UTF_8)));
        } else {
            read.asked = false; // the next tick asks again
        }
    }

    boolean isEmpty() {
        return reads.isEmpty();
    }

    /**
     * Ends them all.
     *
     * @param here true where there may be no executor any more
     */
    void failAll(String why, boolean here) {
        for (Read read : reads.values()) {
            left.accept(read.request.length);
            NotAvailableException problem = new NotAvailableException(why);
            if (here) {
                read.call.failHere(problem);
            } else {
                read.call.fail(problem);
            }
        }
        reads.clear();
    }
}
