package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.raft.RaftInput;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Reads that this node answers from its own state: each waits for its read index and until that is applied here, if it must
 * be as fresh as that. Reads of one turn of the loop share one question to the master. On the loop.
 */
final class LinearizableReads {
    private static final byte[] NOTHING = new byte[0];
    private static final int MAX_READS = 65_536;
    private static final int MAX_AS_OF = 64;
    private static final long MAX_READ_BYTES = 64L << 20;
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    /**
     * A read.
     *
     * @param slack so many of the entries that it should see may be missing
     */
    private record Read(
            int machine, byte[] request, Responder asker, long askerId, long sinceNanos, long slack, long index) {
        Read at(long readIndex) {
            return new Read(machine, request, asker, askerId, sinceNanos, slack, Math.max(0, readIndex - slack));
        }
    }

    /** All that had been acknowledged at that moment lies up to this index. */
    private record AsOf(long nanos, long index) {}

    private final Clock clock;
    private final EventLoop loop;
    private final Applier applier;
    private final Consumer<RaftInput> inputs;
    private final Map<Long, Read> asking = new LinkedHashMap<>();
    private final PriorityQueue<Read> waiting = new PriorityQueue<>(Comparator.comparingLong(Read::index));
    private List<Long> gathered = new ArrayList<>();
    /** Handed to a machine that may take its time. */
    private int answering;

    private long heldBytes;
    private long nextId;
    /** Answered questions whose indexes are not applied yet; indexes rise. */
    private final ArrayDeque<AsOf> asOf = new ArrayDeque<>();

    /** All that had been acknowledged at that moment is applied here. */
    private long freshAsOfNanos;

    private boolean isFresh;

    LinearizableReads(Clock clock, EventLoop loop, Applier applier, Consumer<RaftInput> inputs, long firstId) {
        this.clock = clock;
        this.loop = loop;
        this.applier = applier;
        this.inputs = inputs;
        this.nextId = firstId;
    }

    void read(int machine, byte[] request, Freshness freshness, Responder asker, long askerId) {
        if (asking.size() + waiting.size() + answering >= MAX_READS || heldBytes + request.length > MAX_READ_BYTES) {
            asker.read(askerId, Outcome.UNAVAILABLE, NOTHING);
            asker.flush();
            return;
        }
        heldBytes += request.length;
        read(new Read(machine, request, asker, askerId, clock.nanoTime(), 0, 0), freshness);
    }

    /** Finds out whether this node is so fresh, as a read of nothing. */
    void confirm(Freshness freshness, long slack, Responder asker) {
        if (asking.size() + waiting.size() + answering >= MAX_READS) {
            asker.read(0, Outcome.UNAVAILABLE, NOTHING);
            asker.flush();
            return;
        }
        read(new Read(Applier.NO_MACHINE, NOTHING, asker, 0, clock.nanoTime(), slack, 0), freshness);
    }

    private void read(Read read, Freshness freshness) {
        switch (freshness.kind()) {
            case Freshness.LOCAL -> answerAt(read);
            case Freshness.AT_LEAST -> answerAt(read.at(freshness.bound()));
            case Freshness.WITHIN -> {
                if (isFresh && read.sinceNanos() - freshAsOfNanos <= freshness.bound()) {
                    answerAt(read);
                } else {
                    askFor(read);
                }
            }
            default -> askFor(read);
        }
    }

    private void askFor(Read read) {
        long id = nextId++;
        asking.put(id, read);
        if (gathered.isEmpty()) {
            loop.execute(this::ask);
        }
        gathered.add(id);
    }

    private void ask() {
        List<Long> ids = gathered;
        gathered = new ArrayList<>();
        if (!ids.isEmpty()) {
            inputs.accept(new RaftInput.ReadRequested(ids));
        }
    }

    void ready(long id, long index) {
        Read read = asking.remove(id);
        if (read == null) {
            return; // given up, or answered twice
        }
        if (index > 0 && asOf.size() < MAX_AS_OF) { // also where the read itself needs less
            asOf.add(new AsOf(read.sinceNanos(), index));
            noteFreshness(applier.applied());
        }
        answerAt(read.at(index));
    }

    /** What is applied up to an index is at least as fresh as when the question for it was asked. */
    private void noteFreshness(long applied) {
        for (AsOf next = asOf.peek(); next != null && next.index() <= applied; next = asOf.peek()) {
            asOf.remove();
            if (!isFresh || next.nanos() - freshAsOfNanos > 0) {
                isFresh = true;
                freshAsOfNanos = next.nanos();
            }
        }
    }

    private void answerAt(Read read) {
        if (applier.applied() >= read.index() && !applier.isRestoring()) {
            answer(read);
        } else {
            waiting.add(read);
        }
    }

    void failed(long id) {
        Read read = asking.remove(id);
        if (read != null) {
            refuse(read);
        }
    }

    /** The master has changed: what was asked of the old one is not answered any more. */
    void masterChanged() {
        List<Read> all = new ArrayList<>(asking.values());
        asking.clear();
        gathered.clear();
        all.forEach(this::refuse);
    }

    void applied(long index) {
        noteFreshness(index);
        while (!waiting.isEmpty() && waiting.peek().index() <= index) {
            answer(waiting.remove());
        }
    }

    private void answer(Read read) {
        answering++;
        applier.query(read.machine(), read.request(), (outcome, bytes) -> {
            answering--;
            heldBytes -= read.request().length;
            read.asker().read(read.askerId(), outcome, bytes);
            read.asker().flush();
        });
    }

    private void refuse(Read read) {
        heldBytes -= read.request().length;
        read.asker().read(read.askerId(), Outcome.UNAVAILABLE, NOTHING);
        read.asker().flush();
    }

    /** Gives up what waits for too long; whoever asked asks again. To be called now and then. */
    void giveUpOldOnes() {
        long now = clock.nanoTime();
        List<Read> old = new ArrayList<>();
        for (Iterator<Read> all = asking.values().iterator(); all.hasNext(); ) {
            Read read = all.next();
            if (now - read.sinceNanos() > PATIENCE_NANOS) {
                all.remove();
                old.add(read);
            }
        }
        waiting.removeIf(read -> now - read.sinceNanos() > PATIENCE_NANOS && old.add(read));
        old.forEach(this::refuse);
    }

    void stop() {
        masterChanged();
        waiting.forEach(this::refuse);
        waiting.clear();
    }
}
