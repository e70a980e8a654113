package io.holdfast.replication.session;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** In the order of last activity, which the log decides. */
    private final Map<Long, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
    /** The one at its end, found without a look-up: commands of one client come together. */
    private @Nullable Session latest;

    private long latestId;
    /** None has a smaller id, unless they have just been restored. */
    private long endedBelow;
    /** Until then none can end. */
    private long nextExpiryNanos = Long.MAX_VALUE;

    /**
     * Ends all whose ids are less: they are of the time before a restore, and their clients may have gone on in what it took back. So
     * they are told that their sessions have ended, and no later session has the id of one of theirs. To be called before each batch.
     *
     * @param epoch the epoch's least token, which all its ids are larger than
     */
    public void endBelow(long epoch) {
        if (endedBelow != epoch) {
            endedBelow = epoch;
            latest = null;
            sessions.keySet().removeIf(id -> id < epoch);
        }
    }

    /** Opens a session; false if there are too many. */
    public boolean open(long id, long masterNanos) {
        if (sessions.size() >= MAX_SESSIONS) {
            return false;
        }
        latest = null;
        sessions.put(id, new Session(masterNanos));
        nextExpiryNanos = Math.min(nextExpiryNanos, masterNanos + TTL_NANOS);
        return true;
    }

    /**
     * A session whose user lives, or null if there is none, or none any more. What it has answered below {@code
     * answeredBelow} is let go.
     */
    public @Nullable Session touch(long id, long answeredBelow, long masterNanos) {
        Session session = latest;
        if (session == null || latestId != id) {
            session = sessions.get(id); // moves it to the end
            latest = session;
            latestId = id;
        }
        if (session != null) {
            session.activeNanos = masterNanos;
            session.answered(answeredBelow);
        }
        return session;
    }

    /** The session's user lives. */
    public void keepAlive(long id, long answeredBelow, long masterNanos) {
        touch(id, answeredBelow, masterNanos);
    }

    /** The session is not needed any more. */
    public void close(long id) {
        latest = null;
        sessions.remove(id);
    }

    /** Ends the sessions that have been silent for too long. Called before each batch, with the batch's time. */
    public void expire(long masterNanos) {
        if (masterNanos <= nextExpiryNanos) {
            return;
        }
        latest = null;
        nextExpiryNanos = Long.MAX_VALUE;
        for (Iterator<Session> oldestFirst = sessions.values().iterator(); oldestFirst.hasNext(); ) {
            long active = oldestFirst.next().activeNanos;
            if (masterNanos - active <= TTL_NANOS) {
                nextExpiryNanos = active + TTL_NANOS;
                break;
            }
            oldestFirst.remove();
        }
    }

    /** The table as it is now; no command may be with a machine. */
    public SessionSnapshot snapshot() {
        List<SessionSnapshot.Entry> entries = new ArrayList<>(sessions.size());
        sessions.forEach((id, session) -> entries.add(session.snapshot(id)));
        return new SessionSnapshot(entries);
    }

    /** Replaces the whole table. */
    public void restore(SessionSnapshot snapshot) {
        latest = null;
        sessions.clear();
        endedBelow = 0;
        nextExpiryNanos = Long.MAX_VALUE;
        for (SessionSnapshot.Entry entry : snapshot.entries()) {
            sessions.put(entry.id(), new Session(entry));
            nextExpiryNanos = Math.min(nextExpiryNanos, entry.activeNanos() + TTL_NANOS);
        }
    }

    /** How many there are. */
    public int size() {
        return sessions.size();
    }
}
