package io.holdfast.replication.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one client's commands have come to. They are numbered from 1 and applied in that order without gaps, so the last
 * number says which have been applied; their answers lie in a ring. Deterministic, as {@link SessionTable} is.
 */
public final class Session {
    private static final byte[] NOTHING = new byte[0];

    /** What to do with a command. */
    public enum Verdict {
        /** The machine must apply it, and {@link #complete} the answer. */
        FRESH,
        /** It was applied before, and its answer is there. */
        ANSWERED,
        /** A machine is still at it. */
        PENDING,
        /** It was applied before, and its answer has been let go. */
        DROPPED,
        /** One before it is missing. */
        OUT_OF_ORDER
    }

    private @Nullable Outcome[] outcomes = new Outcome[16];
    private byte[][] answers = new byte[16][];
    /** Of the last command applied. */
    private long last;
    /** The oldest whose answer is kept; one more than {@link #last} if none is. */
    private long oldest = 1;

    long activeNanos;

    Session(long activeNanos) {
        this.activeNanos = activeNanos;
    }

    /** As it was when {@link #snapshot} was taken. */
    Session(SessionSnapshot.Entry entry) {
        activeNanos = entry.activeNanos();
        last = entry.last();
        oldest = entry.last() + 1 - entry.answers().size();
        int room = 16;
        while (room < entry.answers().size()) {
            room *= 2;
        }
        outcomes = new Outcome[room];
        answers = new byte[room][];
        Arrays.fill(answers, NOTHING);
        long sequence = oldest;
        for (SessionSnapshot.Answer answer : entry.answers()) {
            outcomes[at(sequence)] = answer.outcome();
            answers[at(sequence)] = answer.bytes();
            sequence++;
        }
    }

    SessionSnapshot.Entry snapshot(long id) {
        List<SessionSnapshot.Answer> kept = new ArrayList<>((int) (last - oldest + 1));
        for (long sequence = oldest; sequence <= last; sequence++) {
            kept.add(new SessionSnapshot.Answer(outcome(sequence), answer(sequence)));
        }
        return new SessionSnapshot.Entry(id, activeNanos, last, kept);
    }

    /** Takes a command into account. */
    public Verdict command(long sequence) {
        if (sequence > last + 1) {
            return Verdict.OUT_OF_ORDER;
        }
        if (sequence <= last) {
            return sequence < oldest
                    ? Verdict.DROPPED
                    : outcomes[at(sequence)] == null ? Verdict.PENDING : Verdict.ANSWERED;
        }
        if (last - oldest + 1 == SessionTable.MAX_ANSWERS) {
            drop();
        } else if (last - oldest + 1 == outcomes.length) {
            grow();
        }
        last = sequence;
        return Verdict.FRESH;
    }

    private int at(long sequence) {
        return (int) sequence & (outcomes.length - 1);
    }

    private void drop() {
        outcomes[at(oldest)] = null;
        answers[at(oldest)] = NOTHING;
        oldest++;
    }

    private void grow() {
        @Nullable Outcome[] fewerOutcomes = outcomes;
        byte[][] fewer = answers;
        outcomes = new Outcome[2 * fewer.length];
        answers = new byte[2 * fewer.length][];
        Arrays.fill(answers, NOTHING);
        for (long sequence = oldest; sequence <= last; sequence++) {
            int from = (int) sequence & (fewer.length - 1);
            outcomes[at(sequence)] = fewerOutcomes[from];
            answers[at(sequence)] = fewer[from];
        }
    }

    /** The client has the answers to all before this one. */
    void answered(long below) {
        while (oldest < below && oldest <= last) {
            drop();
        }
    }

    /** A machine has applied a command; no effect if its answer has been let go meanwhile. */
    public void complete(long sequence, Outcome outcome, byte[] answer) {
        if (sequence >= oldest && sequence <= last) {
            outcomes[at(sequence)] = outcome;
            answers[at(sequence)] = answer;
        }
    }

    /** What became of a command that is {@link Verdict#ANSWERED}. */
    public Outcome outcome(long sequence) {
        return Objects.requireNonNull(outcomes[at(sequence)], "not answered");
    }

    /** The machine's answer to it. */
    public byte[] answer(long sequence) {
        return answers[at(sequence)];
    }
}
