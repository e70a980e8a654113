package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where users' requests come in at the master: gathers commands into the open batch, proposes it when the loop's turn
 * ends, and brings the answers back. What is proposed and not yet applied is bounded: beyond that, clients are not read
 * from until it has become less. On the loop.
 */
final class Ingress {
    /** A batch of this size does not wait for the end of the turn. */
    private static final int FULL_BATCH_BYTES = 512 << 10;

    private static final int MAX_OPENING = 4_096;
    /** Longer than any entry's body but a command's. */
    private static final int SMALL_BODY_BYTES = 32;

    private static final byte[] NOTHING = {};

    /** Someone who sends commands, and can be told to wait. */
    interface Source extends Responder {
        void setReading(boolean reading);
    }

    private record Stored(Source source, long session, long sequence) {}

    /** Who wants to know when the batch that ends at this index is on the disk. */
    private record Storing(long lastIndex, List<Stored> whom) {}

    private record Opening(Source source, long request) {}

    private final EventLoop loop;
    private final OpenBatch open;
    private final long maxWaitingBytes;
    private final Runnable proposeNow;
    private final Set<Source> sources = new LinkedHashSet<>();
    private final Map<Long, Source> sessionSources = new HashMap<>();
    /** One session a source: how many there are is not for the sources to choose. */
    private final Map<Source, Long> sourceSessions = new HashMap<>();

    private final Map<Long, Opening> openings = new LinkedHashMap<>();
    private final Set<Source> toFlush = new LinkedHashSet<>();
    /** The last of {@link #sessionSources} that was asked for; forgotten when they change. */
    private @Nullable Source latest;

    private long latestSession;
    private boolean master;
    private boolean proposeScheduled;
    private boolean held;
    private boolean givesWay;
    private long waitingBytes;
    private long nextToken;
    private long reached;
    /** Of the open batch. */
    private List<Stored> tellStored = new ArrayList<>();

    private final ArrayDeque<Storing> storing = new ArrayDeque<>();

    Ingress(EventLoop loop, OpenBatch open, long maxWaitingBytes, long firstToken, Runnable proposeNow) {
        this.loop = loop;
        this.open = open;
        this.maxWaitingBytes = maxWaitingBytes;
        this.nextToken = firstToken;
        this.proposeNow = proposeNow;
    }

    void connected(Source source) {
        sources.add(source);
        if (held) {
            source.setReading(false);
        }
    }

    void disconnected(Source source) {
        forgetLatest();
        sources.remove(source);
        toFlush.remove(source);
        sessionSources.values().removeIf(source::equals);
        sourceSessions.remove(source);
        openings.values().removeIf(opening -> opening.source().equals(source));
    }

    private void forgetLatest() {
        latest = null;
        latestSession = 0;
    }

    /** True on the master, also while it gives way. */
    boolean isMaster() {
        return master;
    }

    /** True if commands are taken in: the master does so until it gives way. */
    boolean takesIn() {
        return master && !givesWay;
    }

    /** Proposes what has come, and takes nothing in until somebody is master again: whoever sends goes to the next one. */
    void giveWay() {
        if (takesIn()) {
            propose();
            givesWay = true;
        }
    }

    /** True while no more is taken. */
    boolean isHeld() {
        return held;
    }

    void masterChanged(boolean nowMaster) {
        master = nowMaster;
        givesWay = false;
        tellStored.clear();
        storing.clear();
        forgetLatest();
        openings.clear();
        sessionSources.clear();
        sourceSessions.clear();
        if (!nowMaster) {
            open.clear();
            waiting(0);
        } else {
            open.addNoop();
            schedule();
        }
    }

    /** True if an entry with a body of that many bytes has its place in the open batch, or in the next one. */
    boolean hasRoom(int bodyBytes) {
        if (!open.fits(bodyBytes)) {
            propose(); // which waits if a step is under way
        }
        return open.fits(bodyBytes);
    }

    /** The batch to add to, for a source that sends for a session; {@link #hasRoom} before it, {@link #added} after. */
    OpenBatch batchFor(long session, Source source) {
        if (latestSession != session || latest != source) {
            Long before = sourceSessions.put(source, session);
            if (before != null && before != session) {
                sessionSources.remove(before, source);
            }
            sessionSources.put(session, source);
            latest = source;
            latestSession = session;
        }
        return open;
    }

    void openSession(Source source, long request) {
        if (openings.size() >= MAX_OPENING || !hasRoom(SMALL_BODY_BYTES)) {
            source.opened(request, 0);
            source.flush();
            return;
        }
        long token = nextToken++;
        openings.put(token, new Opening(source, request));
        open.addOpenSession(token);
        added();
    }

    /** Writes an entry that says nothing but what time it is. */
    void letTimePass() {
        if (takesIn() && hasRoom(SMALL_BODY_BYTES)) {
            open.addNoop();
            added();
        }
    }

    void keepAlive(long session, long answeredBelow) {
        if (hasRoom(SMALL_BODY_BYTES)) {
            open.addKeepAlive(session, answeredBelow);
            added();
        }
    }

    void closeSession(long session) {
        forgetLatest();
        sessionSources.remove(session);
        if (hasRoom(SMALL_BODY_BYTES)) { // else it ends by itself, later
            open.addCloseSession(session);
            added();
        }
    }

    /** The source wants to know when this command, which has just been added, is on this master's disk. */
    void tellStored(Source source, long session, long sequence) {
        tellStored.add(new Stored(source, session, sequence));
    }

    /** The open batch has been proposed and ends at this index. */
    void proposed(long lastIndex) {
        if (!tellStored.isEmpty()) {
            storing.add(new Storing(lastIndex, tellStored));
            tellStored = new ArrayList<>();
        }
    }

    /** On this master's disk up to there. */
    void stored(long index) {
        boolean any = false;
        for (Storing next = storing.peek(); next != null && next.lastIndex() <= index; next = storing.peek()) {
            storing.remove();
            for (Stored one : next.whom()) {
                one.source().answer(one.session(), one.sequence(), Outcome.STORED, NOTHING);
                toFlush.add(one.source());
            }
            any = true;
        }
        if (any) {
            flush();
        }
    }

    /** Something has been added to the open batch. */
    void added() {
        if (open.bytes() >= FULL_BATCH_BYTES) {
            propose();
        } else {
            schedule();
        }
    }

    private void schedule() {
        if (!proposeScheduled) {
            proposeScheduled = true;
            loop.execute(() -> {
                proposeScheduled = false;
                propose();
            });
        }
    }

    private void propose() {
        if (!open.isEmpty()) {
            proposeNow.run();
        }
    }

    /** How much of the log waits to be decided and applied. */
    void waiting(long bytes) {
        waitingBytes = bytes;
        boolean hold = bytes > maxWaitingBytes || (held && bytes > maxWaitingBytes / 2);
        if (hold != held) {
            held = hold;
            for (Source source : new ArrayList<>(sources)) {
                source.setReading(!hold);
            }
        }
    }

    long waitingBytes() {
        return waitingBytes;
    }

    void opened(long token, long session) {
        Opening opening = openings.remove(token);
        if (opening != null) {
            opening.source().opened(opening.request(), session);
            toFlush.add(opening.source());
        }
    }

    /** Answers given from now on come from entries up to this index. */
    void reached(long index) {
        reached = index;
    }

    void answered(long session, long sequence, Outcome outcome, byte[] answer) {
        Source source = latestSession == session ? latest : sessionSources.get(session);
        if (source != null) {
            latest = source;
            latestSession = session;
            source.reached(reached);
            source.answer(session, sequence, outcome, answer);
            toFlush.add(source);
        }
    }

    /** Sends the answers that have been given. */
    void flush() {
        if (!toFlush.isEmpty()) {
            List<Source> all = new ArrayList<>(toFlush);
            toFlush.clear();
            all.forEach(Source::flush);
        }
    }
}
