package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.replication.locks.LockQuestion;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells processes what they have been granted, from the table of locks that this node has applied. A question to which there is no
 * answer yet waits a while for one; nothing else is kept of those who ask. On the loop.
 */
final class LockFeed {
    /** Of one that asks, how many questions may wait; a process has one under way. */
    private static final int MAX_PARKED = 16;

    private static final long MAX_WAIT_NANOS = 2_000_000_000L;
    private static final byte[] NOTHING = {};

    private record Parked(LockQuestion question, Responder asker, long askerId, long untilNanos) {}

    private final Clock clock;
    private final Supplier<LockTable> table;
    private final LongSupplier appliedIndex;
    /** By the generation that they ask about. */
    private final Map<Long, List<Parked>> parked = new LinkedHashMap<>();
    /** Never iterated. */
    private final Map<Responder, Integer> parkedOf = new HashMap<>();
    /** Those of them for which there is something now. */
    private final Set<Long> changed = new LinkedHashSet<>();

    /**
     * Has none yet.
     *
     * @param table after what has been applied
     * @param appliedIndex up to where that is
     */
    LockFeed(Clock clock, Supplier<LockTable> table, LongSupplier appliedIndex) {
        this.clock = clock;
        this.table = table;
        this.appliedIndex = appliedIndex;
    }

    void ask(byte[] request, Responder asker, long askerId) {
        LockQuestion question;
        try {
            question = LockQuestion.decode(request);
        } catch (IllegalArgumentException e) {
            answer(asker, askerId, Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
            return;
        }
        byte[] page = table.get().page(question, appliedIndex.getAsLong());
        if (page != null) {
            answer(asker, askerId, Outcome.APPLIED, page);
        } else if (parkedOf.getOrDefault(asker, 0) >= MAX_PARKED) {
            answer(asker, askerId, Outcome.UNAVAILABLE, NOTHING);
        } else {
            long wait = Math.min(question.waitMillis() * 1_000_000L, MAX_WAIT_NANOS);
            parkedOf.merge(asker, 1, Integer::sum);
            parked.computeIfAbsent(question.generation(), generation -> new ArrayList<>())
                    .add(new Parked(question, asker, askerId, clock.nanoTime() + wait));
        }
    }

    private static void answer(Responder asker, long askerId, Outcome outcome, byte[] bytes) {
        asker.read(askerId, outcome, bytes);
        asker.flush();
    }

    /** That process has been granted something, or is dead; it hears of it when {@link #applied} follows. */
    void changed(long generation) {
        if (parked.containsKey(generation)) {
            changed.add(generation);
        }
    }

    /** What has been said to have changed may be told. */
    void applied() {
        if (changed.isEmpty()) {
            return;
        }
        long applied = appliedIndex.getAsLong();
        List<Long> now = List.copyOf(changed);
        changed.clear();
        for (long generation : now) {
            answerWhere(generation, one -> table.get().page(one.question(), applied));
        }
    }

    /** The state was taken from a snapshot: anything may be different. */
    void restored() {
        changed.addAll(parked.keySet());
        applied();
    }

    /** Answers those who have waited for long enough. To be called now and then. */
    void tick() {
        long now = clock.nanoTime();
        long applied = appliedIndex.getAsLong();
        for (long generation : List.copyOf(parked.keySet())) {
            answerWhere(
                    generation, one -> now - one.untilNanos() >= 0 ? LockTable.none(one.question(), applied) : null);
        }
    }

    /** What a question is answered with by now. */
    private interface Answer {
        byte @Nullable [] to(Parked one);
    }

    private void answerWhere(long generation, Answer answer) {
        for (Parked one : List.copyOf(parked.getOrDefault(generation, List.of()))) {
            byte[] page = answer.to(one);
            List<Parked> waiting = parked.getOrDefault(generation, List.of());
            if (page == null || !waiting.remove(one)) {
                continue; // nothing yet; or whoever asked went while another one was answered
            }
            parkedOf.computeIfPresent(one.asker(), (asker, count) -> count == 1 ? null : count - 1);
            if (waiting.isEmpty()) {
                parked.remove(generation);
            }
            answer(one.asker(), one.askerId(), Outcome.APPLIED, page);
        }
    }

    /** Whoever asked is gone. */
    void forget(Responder asker) {
        if (parkedOf.remove(asker) != null) {
            parked.values().forEach(all -> all.removeIf(one -> one.asker().equals(asker)));
            parked.values().removeIf(List::isEmpty);
        }
    }
}
