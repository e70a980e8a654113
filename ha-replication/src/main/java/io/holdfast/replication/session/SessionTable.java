package io.holdfast.replication.session;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which commands have been applied: replicated, so that a command sent again after a failover is applied once (Ongaro's
 * thesis, 6.3). Deterministic: it changes by log entries alone, and its time is the log's.
 *
 * <p>A session's commands are numbered from 1 and applied in that order without gaps, so one number says what has been
 * applied. Answers are kept until the client says that it has them. Sessions that are silent for {@link #TTL_NANOS} of
 * masters' time end; there are never more than {@link #MAX_SESSIONS}, nor more than {@link #MAX_ANSWERS} answers of
 * one. These bounds are part of the log's format: all nodes must agree on them.
 */
public final class SessionTable {
    /** Ten minutes of masters' accumulated time. */
    public static final long TTL_NANOS = 600_000_000_000L;

    /** How many sessions there can be. */
    public static final int MAX_SESSIONS = 65_536;

    /** How many answers are kept for one session. */
    public static final int MAX_ANSWERS = 16_384;

    /** An answer that is known, or will be once a machine has applied the command. */
    public static final class Answer {
        private final long sequence;
        private @Nullable Outcome outcome;
        private byte[] bytes = new byte[0];

        Answer(long sequence) {
            this.sequence = sequence;
        }

        /** Sets it. */
        public void complete(Outcome what, byte[] answer) {
            outcome = what;
            bytes = answer;
        }

        /** The command's number. */
        public long sequence() {
            return sequence;
        }

        /** What became of the command; null while a machine is still at it. */
        public @Nullable Outcome outcome() {
            return outcome;
        }

        /** The machine's answer. */
        public byte[] bytes() {
            return bytes;
        }
    }

    private static final class Session {
        private final ArrayDeque<Answer> answers = new ArrayDeque<>();
        private long lastSequence;
        private long activeNanos;

        private void answered(long below) {
            while (!answers.isEmpty() && answers.peek().sequence < below) {
                answers.remove();
            }
        }
    }

    /**
     * What to do with a command.
     *
     * @param fresh true if the machine must apply it and complete the answer
     * @param answer where the answer is, or will be
     */
    public record Verdict(boolean fresh, Answer answer) {}

    /** In the order of last activity, which the log decides. */
    private final Map<Long, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    /** Opens a session; false if there are too many. */
    public boolean open(long id, long masterNanos) {
        if (sessions.size() >= MAX_SESSIONS) {
            return false;
        }
        Session session = new Session();
        session.activeNanos = masterNanos;
        sessions.put(id, session);
        return true;
    }

    /** Takes a command into account. */
    public Verdict command(long id, long sequence, long answeredBelow, long masterNanos) {
        Session session = touch(id, answeredBelow, masterNanos);
        if (session == null) {
            return refused(sequence, Outcome.NO_SESSION);
        }
        if (sequence > session.lastSequence + 1) {
            return refused(sequence, Outcome.OUT_OF_ORDER);
        }
        if (sequence <= session.lastSequence) {
            for (Answer answer : session.answers) {
                if (answer.sequence == sequence) {
                    return new Verdict(false, answer);
                }
            }
            return refused(sequence, Outcome.ANSWER_DROPPED);
        }
        session.lastSequence = sequence;
        Answer answer = new Answer(sequence);
        if (session.answers.size() == MAX_ANSWERS) {
            session.answers.remove();
        }
        session.answers.add(answer);
        return new Verdict(true, answer);
    }

    private static Verdict refused(long sequence, Outcome outcome) {
        Answer answer = new Answer(sequence);
        answer.complete(outcome, new byte[0]);
        return new Verdict(false, answer);
    }

    /** The session's user lives. */
    public void keepAlive(long id, long answeredBelow, long masterNanos) {
        touch(id, answeredBelow, masterNanos);
    }

    /** The session is not needed any more. */
    public void close(long id) {
        sessions.remove(id);
    }

    /** Ends the sessions that have been silent for too long. Called before each batch, with the batch's time. */
    public void expire(long masterNanos) {
        Iterator<Session> oldestFirst = sessions.values().iterator();
        while (oldestFirst.hasNext() && masterNanos - oldestFirst.next().activeNanos > TTL_NANOS) {
            oldestFirst.remove();
        }
    }

    private @Nullable Session touch(long id, long answeredBelow, long masterNanos) {
        Session session = sessions.get(id); // moves it to the end
        if (session != null) {
            session.activeNanos = masterNanos;
            session.answered(answeredBelow);
        }
        return session;
    }

    /** How many there are. */
    public int size() {
        return sessions.size();
    }
}
