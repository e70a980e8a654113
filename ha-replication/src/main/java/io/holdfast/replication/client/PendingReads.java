package io.holdfast.replication.client;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads that have not been answered. A read is safe to repeat, so it is asked again, wherever it can be answered, until
 * its deadline. On the loop.
 */
final class PendingReads {
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final Map<Long, PendingRead> reads = new LinkedHashMap<>();
    private final Function<Freshness, @Nullable Endpoint> whom;
    private final IntConsumer left;
    private final Completions completions;
    private long nextId;

    /**
     * @param firstId where ids start, so that no answer to an earlier life of this process matches
     * @param whom who can answer a read of that freshness at this moment, or null
     * @param left hears the length of each read that is done
     */
    PendingReads(
            long firstId, Function<Freshness, @Nullable Endpoint> whom, IntConsumer left, Completions completions) {
        this.completions = completions;
        this.nextId = firstId;
        this.whom = whom;
        this.left = left;
    }

    void add(PendingRead read, long now) {
        long id = nextId++;
        reads.put(id, read);
        ask(id, read, now);
    }

    private void ask(long id, PendingRead read, long now) {
        Endpoint to = whom.apply(read.freshness());
        read.asked(now, to != null && to.query(id, read.machine(), read.request(), read.freshness()));
    }

    /** There is somebody new to ask. */
    void askAgain(long now) {
        reads.forEach((id, read) -> ask(id, read, now));
    }

    /** Sees to deadlines and repetitions. */
    void tick(long now, String master) {
        for (Map.Entry<Long, PendingRead> entry : new ArrayList<>(reads.entrySet())) {
            PendingRead read = entry.getValue();
            if (now - read.deadlineNanos() >= 0) {
                remove(entry.getKey());
                read.fail(
                        new NotAvailableException("the read was not answered before its deadline"
                                + (master.isEmpty() ? "; no master is known" : "; the master was last " + master)),
                        completions);
            } else if (!read.isAsked() || now - read.askedNanos() > RETRY_NANOS) {
                ask(entry.getKey(), read, now);
            }
        }
    }

    private void remove(long id) {
        PendingRead read = reads.remove(id);
        if (read != null) {
            left.accept(read.permitBytes());
        }
    }

    void answered(long id, Outcome outcome, byte[] bytes, long now) {
        PendingRead read = reads.get(id);
        if (read == null) {
            return; // answered before, or too late
        }
        if (outcome == Outcome.APPLIED) {
            remove(id);
            read.answer(bytes, completions);
        } else if (outcome == Outcome.FAILED) {
            remove(id);
            read.fail(new RequestFailedException(new String(bytes, StandardCharsets.UTF_8)), completions);
        } else {
            read.asked(now, false); // the next tick asks again
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
        for (PendingRead read : reads.values()) {
            left.accept(read.permitBytes());
            NotAvailableException problem = new NotAvailableException(why);
            if (here) {
                read.failHere(problem);
            } else {
                read.fail(problem, completions);
            }
        }
        reads.clear();
    }
}
