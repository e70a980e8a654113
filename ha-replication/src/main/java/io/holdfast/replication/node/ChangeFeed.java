package io.holdfast.replication.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import io.holdfast.replication.structures.ChangeRing;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.WatchPage;
import io.holdfast.replication.structures.WatchQuestion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever asks what has become different in a map, from what this node has applied and still remembers. Who asks
 * says from where on; a question to which there is no answer yet waits a while for one. Nothing else is kept of those who
 * watch, so they may ask another node the next time. On the loop.
 */
final class ChangeFeed {
    /** Of one that asks, how many questions may wait. */
    private static final int MAX_PARKED = 128;

    /** Of one turn, about, for all who wait: what they ask for together must not be in memory at once. */
    private static final int PAGES_A_TURN_BYTES = 4 << 20;

    private static final long MAX_WAIT_NANOS = 2_000_000_000L;
    private static final byte[] NOTHING = {};

    private record Parked(WatchQuestion question, Responder asker, long askerId, long untilNanos) {}

    private final Clock clock;
    private final LongSupplier appliedIndex;
    private final ChangeRing ring = new ChangeRing();
    private final Map<ByteBuffer, List<Parked>> parked = new LinkedHashMap<>();
    /** Never iterated. */
    private final Map<Responder, Integer> parkedOf = new HashMap<>();
    /** Maps that somebody waits for and that have changed since. */
    private final Set<ByteBuffer> changed = new LinkedHashSet<>();
    /** Up to this index there is nothing for those who still wait, whatever the ring has forgotten since. */
    private long checked;

    private long turnBytes;

    /** @param appliedIndex what has been applied, all of which may be seen */
    ChangeFeed(Clock clock, LongSupplier appliedIndex) {
        this.clock = clock;
        this.appliedIndex = appliedIndex;
    }

    void ask(byte[] request, Responder asker, long askerId) {
        WatchQuestion question;
        try {
            question = WatchQuestion.read(request);
        } catch (IllegalArgumentException e) {
            answer(asker, askerId, Outcome.FAILED, e.toString().getBytes(StandardCharsets.UTF_8));
            return;
        }
        byte[] page = WatchPage.of(ring, question, appliedIndex.getAsLong());
        if (page != null) {
            answer(asker, askerId, Outcome.APPLIED, page);
        } else if (parkedOf.getOrDefault(asker, 0) >= MAX_PARKED) {
            answer(asker, askerId, Outcome.UNAVAILABLE, NOTHING);
        } else {
            long wait = Math.min(question.waitMillis() * 1_000_000L, MAX_WAIT_NANOS);
            parkedOf.merge(asker, 1, Integer::sum);
            parked.computeIfAbsent(question.name(), name -> new ArrayList<>())
                    .add(new Parked(question, asker, askerId, clock.nanoTime() + wait));
            if (ring.newestIndex() > appliedIndex.getAsLong()) {
                changed.add(
                        question.name()); // it came in the midst of an entry, which may have changed that map already
            }
        }
    }

    private static void answer(Responder asker, long askerId, Outcome outcome, byte[] bytes) {
        asker.read(askerId, outcome, bytes);
        asker.flush();
    }

    /** A map has changed; whoever waits hears of it when {@link #applied} follows. */
    void changed(MapChange change) {
        ring.changed(change);
        if (parked.containsKey(change.name())) {
            changed.add(change.name());
        }
    }

    /** What has been said to have changed may be seen, up to what is applied. */
    void applied() {
        long applied = appliedIndex.getAsLong();
        turnBytes = 0;
        for (ByteBuffer name : List.copyOf(changed)) {
            answerWhere(name, one -> WatchPage.of(ring, notBefore(one.question(), checked + 1), applied));
        }
        if (ring.newestIndex() <= applied) {
            changed.clear();
        }
        checked = applied;
    }

    /** Up to an index nothing concerns it. */
    private static WatchQuestion notBefore(WatchQuestion question, long index) {
        return question.index() >= index
                ? question
                : new WatchQuestion(question.name(), index, 0, question.maxBytes(), question.waitMillis());
    }

    /** The state was taken from a snapshot: what led to it is not known here. */
    void restored(long index) {
        ring.startAfter(index);
        turnBytes = 0;
        changed.clear();
        for (ByteBuffer name : List.copyOf(parked.keySet())) {
            answerWhere(name, one -> WatchPage.of(ring, one.question(), index));
        }
        checked = index;
    }

    /** Answers those who have waited for long enough. To be called now and then. */
    void tick() {
        turnBytes = 0;
        long now = clock.nanoTime();
        long applied = appliedIndex.getAsLong();
        for (ByteBuffer name : List.copyOf(parked.keySet())) {
            answerWhere(name, one -> now - one.untilNanos() >= 0 ? WatchPage.none(one.question(), applied) : null);
        }
    }

    /** What a question is answered with by now. */
    private interface Answer {
        byte @Nullable [] to(Parked one);
    }

    /** One by one. Those for whom the turn's bytes are used up ask again: none may be left that something was there for. */
    private void answerWhere(ByteBuffer name, Answer answer) {
        for (Parked one : List.copyOf(parked.getOrDefault(name, List.of()))) {
            boolean usedUp = turnBytes >= PAGES_A_TURN_BYTES;
            byte[] page = usedUp ? NOTHING : answer.to(one);
            List<Parked> waiting = parked.getOrDefault(name, List.of());
            if (page == null || !waiting.remove(one)) {
                continue; // nothing yet; or whoever asked went while another one was answered
            }
            left(one);
            if (waiting.isEmpty()) {
                parked.remove(name);
            }
            turnBytes += page.length;
            answer(one.asker(), one.askerId(), usedUp ? Outcome.UNAVAILABLE : Outcome.APPLIED, page);
        }
    }

    private void left(Parked one) {
        parkedOf.computeIfPresent(one.asker(), (asker, count) -> count == 1 ? null : count - 1);
    }

    /** Whoever asked is gone. */
    void forget(Responder asker) {
        if (parkedOf.remove(asker) != null) {
            parked.values().forEach(all -> all.removeIf(one -> one.asker().equals(asker)));
            parked.values().removeIf(List::isEmpty);
        }
    }
}
