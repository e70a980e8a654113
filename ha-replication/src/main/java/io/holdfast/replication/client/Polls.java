package io.holdfast.replication.client;

import io.holdfast.core.OverloadedException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Poll;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Polls of this process. Each has at most one question under way, which goes to the nodes in turn, so that one that is cut
 * off or behind costs no more than a moment. On the loop.
 */
final class Polls {
    private static final int MAX_POLLS = 64;
    /** Longer than any question asks to wait. */
    private static final long PATIENCE_NANOS = 2_500_000_000L;

    private static final Freshness ANY = new Freshness(Freshness.LOCAL, 0);

    private enum State {
        TO_BE_ASKED,
        ASKED,
        /** Its answer is with the callbacks' executor. */
        TAKING
    }

    private static final class Running {
        private final int machine;
        private final Poll poll;
        private State state = State.TO_BE_ASKED;
        private @Nullable Endpoint whom;
        private long askedNanos;
        /** Each question has its own id, or the late answer to one would be taken for that to the next. */
        private long id;

        private int turn;
        /** The master has not answered the last question. */
        private boolean unanswered;
        /** Who did not have what it needs, since it last got anything. */
        private final Set<Endpoint> refused = new HashSet<>();

        Running(int machine, Poll poll) {
            this.machine = machine;
            this.poll = poll;
        }
    }

    private final Clock clock;
    private final EventLoop loop;
    private final Executor callbacks;
    private final IntFunction<@Nullable Endpoint> inTurn;
    private final Supplier<List<Endpoint>> reachable;
    private final Supplier<@Nullable Endpoint> master;
    private final Queue<Running> arriving = new ConcurrentLinkedQueue<>();
    private final List<Running> running = new ArrayList<>();
    private final Map<Long, Running> asked = new LinkedHashMap<>();
    private long nextId;
    private int begun;
    private volatile @Nullable RuntimeException ended;

    /**
     * Has none yet.
     *
     * @param inTurn whom to ask when it is the turn of the node with that number, of those within reach; null if none is
     * @param reachable who they are
     * @param master who is; null if none is known
     * @param firstId where ids start, so that no answer to an earlier life of this process, or to a read, matches
     */
    Polls(
            Clock clock,
            EventLoop loop,
            Executor callbacks,
            IntFunction<@Nullable Endpoint> inTurn,
            Supplier<List<Endpoint>> reachable,
            Supplier<@Nullable Endpoint> master,
            long firstId) {
        this.clock = clock;
        this.loop = loop;
        this.callbacks = callbacks;
        this.inTurn = inTurn;
        this.reachable = reachable;
        this.master = master;
        this.nextId = firstId;
    }

    /** Begins one. Safe from any thread. */
    void add(int machine, Poll poll) {
        arriving.add(new Running(machine, poll));
        RuntimeException over = ended;
        if (over != null) {
            endArriving(over);
        } else {
            loop.execute(this::startArriving);
        }
    }

    private void startArriving() {
        for (Running next = arriving.poll(); next != null; next = arriving.poll()) {
            start(next);
        }
    }

    private void start(Running added) {
        boolean limited = !added.poll.isUrgent();
        if (limited && isFull()) {
            running.stream()
                    .filter(one -> one.state != State.TAKING && one.poll.question() == null)
                    .toList()
                    .forEach(this::remove);
        }
        if (limited && isFull()) {
            callbacks.execute(() -> added.poll.ended(new OverloadedException(
                    "a process has at most " + MAX_POLLS + " watches at once; close one that is not needed")));
            return;
        }
        added.turn = begun++;
        running.add(added);
        ask(added);
    }

    private boolean isFull() {
        return running.stream().filter(one -> !one.poll.isUrgent()).count() >= MAX_POLLS;
    }

    private void ask(Running one) {
        asked.remove(one.id);
        byte[] question = one.poll.question();
        if (question == null) {
            remove(one);
            return;
        }
        one.id = nextId++;
        one.whom = whom(one);
        one.askedNanos = clock.nanoTime();
        one.state = State.TO_BE_ASKED;
        if (one.whom != null) {
            one.state = State.ASKED;
            asked.put(one.id, one);
            if (!one.whom.query(one.id, one.machine, question, ANY)) {
                asked.remove(one.id);
                one.state = State.TO_BE_ASKED;
            }
        }
    }

    private @Nullable Endpoint whom(Running one) {
        Endpoint first = one.poll.isUrgent() && !one.unanswered ? master.get() : null;
        one.unanswered = false;
        return first != null ? first : inTurn.apply(one.turn++);
    }

    /** True if one waits for {@link #tick}. */
    boolean isBusy() {
        return running.stream().anyMatch(one -> one.state == State.TO_BE_ASKED);
    }

    private void remove(Running one) {
        running.remove(one);
        asked.remove(one.id);
    }

    /** True if it was the answer to a question of a poll. */
    boolean answered(long id, Outcome outcome, byte[] bytes) {
        Running one = asked.remove(id);
        if (one == null) {
            return false;
        }
        if (outcome == Outcome.APPLIED) {
            one.state = State.TAKING;
            (one.poll.isUrgent() ? loop : callbacks).execute(() -> take(one, bytes));
        } else if (outcome == Outcome.FAILED) {
            taken(one, new RequestFailedException(new String(bytes, StandardCharsets.UTF_8)));
        } else {
            one.state = State.TO_BE_ASKED; // by the next tick: this node cannot, at the moment
        }
        return true;
    }

    /** Where callbacks run. */
    private void take(Running one, byte[] answer) {
        RuntimeException refusal;
        try {
            refusal = one.poll.answered(answer);
        } catch (Throwable e) { // else it would neither go on nor end
            refusal = new IllegalStateException("an answer could not be taken: " + e, e);
        }
        RuntimeException why = refusal;
        loop.execute(() -> taken(one, why)); // dropped if the loop is closed: then all have been ended
    }

    private void taken(Running one, @Nullable RuntimeException refusal) {
        if (ended != null) {
            return;
        }
        if (refusal == null) {
            one.refused.clear();
        } else if (one.poll.isUrgent() || isRefusedByAll(one)) {
            remove(one);
            callbacks.execute(() -> one.poll.ended(refusal));
            return;
        }
        ask(one);
    }

    /** A node that did not answer, or is out of reach, may have what it needs: then it goes on. */
    private boolean isRefusedByAll(Running one) {
        if (one.whom != null) {
            one.refused.add(one.whom);
        }
        List<Endpoint> all = reachable.get();
        return !all.isEmpty() && one.refused.containsAll(all);
    }

    /** Sees to those that got no answer, or could not be asked. */
    void tick() {
        long now = clock.nanoTime();
        for (Running one : new ArrayList<>(running)) {
            boolean unanswered = one.state == State.ASKED && now - one.askedNanos > PATIENCE_NANOS;
            if (unanswered || one.state == State.TO_BE_ASKED) {
                one.unanswered = unanswered;
                ask(one);
            }
        }
    }

    /** What was asked there is asked somewhere else. */
    void down(Endpoint gone) {
        for (Running one : new ArrayList<>(running)) {
            if (one.state == State.ASKED && gone.equals(one.whom)) {
                ask(one);
            }
        }
    }

    /** Ends them all; {@code here} where there may be no executor any more. */
    void endAll(RuntimeException why, boolean here) {
        ended = why;
        for (Running one : running) {
            if (here) {
                one.poll.ended(why);
            } else {
                callbacks.execute(() -> one.poll.ended(why));
            }
        }
        running.clear();
        asked.clear();
        endArriving(why);
    }

    /** On the thread of whoever comes too late. */
    private void endArriving(RuntimeException why) {
        for (Running late = arriving.poll(); late != null; late = arriving.poll()) {
            late.poll.ended(why);
        }
    }
}
