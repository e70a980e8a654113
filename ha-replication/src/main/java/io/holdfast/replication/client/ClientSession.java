package io.holdfast.replication.client;

import io.holdfast.core.HoldfastException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.SessionTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a session (Ongaro's thesis, 6.3): numbers the commands, keeps many in flight, sends all that are
 * unanswered again to a new master, and so gets each applied exactly once, in order.
 *
 * <p>A command whose caller's deadline has passed keeps its number, or the session could not go on; from then on it is
 * sent as one that does nothing. Deterministic: time is an argument, and sending goes through {@link Endpoint}.
 */
final class ClientSession {
    /** What one message carries, in bytes; a single command may be larger. */
    static final int MAX_SUBMIT_BYTES = 512 << 10;

    private static final byte[] NO_RESULT = {};

    private static final long RESEND_NANOS = 2_000_000_000L;
    private static final long MAX_RESEND_NANOS = 16_000_000_000L;
    private static final long OPEN_AGAIN_NANOS = 1_000_000_000L;
    private static final long MAX_OPEN_AGAIN_NANOS = 16_000_000_000L;
    private static final long GAP_PAUSE_NANOS = 20_000_000L;
    private static final long KEEP_ALIVE_NANOS = SessionTable.TTL_NANOS / 4;

    private final Window window = new Window();
    /** How many at the window's end this master has not been sent yet; of use while there is a session. */
    private int unsent;

    private final List<PendingWrite> message = new ArrayList<>();
    private final Consumer<PendingWrite> left;
    private final Completions completions;
    private @Nullable Endpoint master;
    private long session;
    private long nextSequence = 1;
    /** The last request for a session; those since {@link #firstEverRequest} are this client's. */
    private long openRequest;

    private final long firstEverRequest;
    /** The first request for the session that is wanted now: whichever of them is answered first opens it. */
    private long firstOpenRequest;

    private boolean opening;
    private long openAskedNanos;
    private long openAgainNanos = OPEN_AGAIN_NANOS;
    private long lastProgressNanos;
    private long resendNanos = RESEND_NANOS;
    private long resendAtNanos = Long.MAX_VALUE;
    private long lastSentNanos;

    /**
     * @param firstRequest where request numbers start, so that no answer to an earlier life of this client matches
     * @param left hears of each write that leaves the window
     */
    ClientSession(long firstRequest, Consumer<PendingWrite> left, Completions completions) {
        this.openRequest = firstRequest;
        this.firstEverRequest = firstRequest + 1;
        this.firstOpenRequest = firstEverRequest;
        this.left = left;
        this.completions = completions;
    }

    /** Takes a command; {@link #flush} sends it. */
    void submit(PendingWrite write, long now) {
        if (window.isEmpty()) {
            lastProgressNanos = now;
        }
        if (session != 0) {
            write.number(nextSequence++);
            unsent++;
        }
        window.add(write);
    }

    /** There is a new master, or a new link to the old one, or none (null). Whatever is unanswered is sent again. */
    void masterIs(@Nullable Endpoint newMaster, long now) {
        master = newMaster;
        opening = false;
        openAgainNanos = OPEN_AGAIN_NANOS;
        sendAgain(now);
        flush(now);
    }

    private void sendAgain(long now) {
        unsent = window.size();
        lastProgressNanos = now;
        resendAtNanos = Long.MAX_VALUE;
    }

    /** Sends what is to be sent and can be. */
    void flush(long now) {
        Endpoint to = master;
        if (to == null) {
            return;
        }
        if (session == 0) {
            if (!opening) {
                opening = to.open(++openRequest);
                openAskedNanos = now;
            }
            return;
        }
        while (unsent > 0) {
            gatherMessage();
            if (!to.submit(session, answeredBelow(), message)) {
                break; // the link's queue is full, or gone: it tells when it is writable, or another master comes
            }
            for (PendingWrite write : message) {
                write.markSent();
            }
            unsent -= message.size();
            lastSentNanos = now;
        }
        message.clear();
    }

    private void gatherMessage() {
        message.clear();
        int bytes = 0;
        for (int i = window.size() - unsent; i < window.size(); i++) {
            PendingWrite write = window.get(i);
            bytes += write.command().length;
            if (!message.isEmpty() && bytes > MAX_SUBMIT_BYTES) {
                break;
            }
            message.add(write);
        }
    }

    private long answeredBelow() {
        return window.isEmpty() ? nextSequence : window.get(0).sequence();
    }

    /**
     * A session is open; 0 if the master could not. Where opening takes long there are several requests under way: the
     * first one answered counts, or a client would not get a session from a log that is behind; the others' are ended.
     */
    void opened(long request, long id, long now) {
        if (id == 0) {
            if (request == openRequest && session == 0) {
                openAskedNanos = now;
                opening = true; // the tick asks again, after a while
            }
            return;
        }
        if (session != 0 || request < firstOpenRequest || request > openRequest) {
            closeSurplus(request, id);
            return;
        }
        opening = false;
        openAgainNanos = OPEN_AGAIN_NANOS;
        session = id;
        nextSequence = 1;
        for (int i = 0; i < window.size(); i++) {
            window.get(i).number(nextSequence++);
        }
        sendAgain(now);
        flush(now);
    }

    private void closeSurplus(long request, long id) {
        boolean own = request >= firstEverRequest && request <= openRequest;
        if (own && id != session && master != null) {
            master.closeSession(id);
        }
    }

    /** The write with that number, if it is not answered yet. */
    @Nullable
    PendingWrite find(long id, long sequence) {
        PendingWrite write = id == session ? window.find(sequence) : null;
        return write == null || write.finished() ? null : write;
    }

    /** A command's outcome. */
    void answered(long id, long sequence, Outcome outcome, byte[] answer, long now) {
        PendingWrite write = find(id, sequence);
        if (write == null) {
            return; // of a session that is gone, or answered before
        }
        if (outcome == Outcome.OUT_OF_ORDER) {
            // One before it was lost on the way to another master. One repetition mends all of the same cause.
            resendAtNanos = Math.min(resendAtNanos, now + GAP_PAUSE_NANOS);
            return;
        }
        if (outcome == Outcome.NO_SESSION) {
            sessionLost(sequence, now);
            return;
        }
        lastProgressNanos = now;
        resendNanos = RESEND_NANOS;
        finish(write, outcome, answer);
        while (!window.isEmpty() && window.get(0).finished()) {
            left.accept(window.remove());
        }
        unsent = Math.min(unsent, window.size());
    }

    private void finish(PendingWrite write, Outcome outcome, byte[] answer) {
        write.finish();
        if (!write.tell()) {
            return;
        }
        if (write.wantsNoResult()) {
            write.answer(NO_RESULT, completions); // it was stored before it was applied
        } else if (outcome == Outcome.APPLIED) {
            write.answer(answer, completions);
        } else if (outcome == Outcome.FAILED) {
            fail(write, new RequestFailedException(new String(answer, StandardCharsets.UTF_8)));
        } else {
            fail(write, new OutcomeUnknownException("the write was applied, but its answer is no longer kept"));
        }
    }

    private void fail(PendingWrite write, RuntimeException problem) {
        write.fail(problem, completions);
    }

    /**
     * The session expired, or its cluster forgot it. What was sent once and is refused for this reason was not applied and
     * goes into a new session; what was sent more than once, or before it, is unknown.
     */
    private void sessionLost(long refused, long now) {
        session = 0;
        unsent = 0;
        opening = false;
        firstOpenRequest = openRequest + 1;
        window.removeIf(write -> {
            boolean certain = write.timesSent() == 0 || (write.timesSent() == 1 && write.sequence() >= refused);
            if (certain && !write.finished() && !write.isCallerGone()) {
                write.startAnew();
                return false;
            }
            if (write.tell()) {
                fail(
                        write,
                        new OutcomeUnknownException(
                                "the session ended while the write was on its way; it may have been applied before"));
            }
            left.accept(write);
            return true;
        });
        flush(now);
    }

    /** Sees to deadlines, repetitions and signs of life. To be called now and then, every 25 ms while there is work. */
    void tick(long now) {
        for (int i = 0; i < window.size(); i++) {
            PendingWrite write = window.get(i);
            if (now - write.deadlineNanos() >= 0 && write.tell()) {
                fail(write, tooLate(write));
                write.callerGone();
            }
        }
        dropUnsentOnes();
        if (now - resendAtNanos >= 0) {
            sendAgain(now);
        } else if (session != 0 && !window.isEmpty() && now - lastProgressNanos > resendNanos) {
            resendNanos = Math.min(resendNanos * 2, MAX_RESEND_NANOS);
            sendAgain(now);
        }
        if (opening && now - openAskedNanos > openAgainNanos) {
            opening = false;
            openAgainNanos = Math.min(openAgainNanos * 2, MAX_OPEN_AGAIN_NANOS);
        }
        if (session != 0 && master != null && now - lastSentNanos > KEEP_ALIVE_NANOS) {
            lastSentNanos = now;
            master.keepAlive(session, answeredBelow());
        }
        flush(now);
    }

    /** Without a session nothing has a number yet, so what nobody waits for can simply go. */
    private void dropUnsentOnes() {
        if (session == 0) {
            window.removeIf(write -> {
                if (write.isCallerGone()) {
                    left.accept(write);
                }
                return write.isCallerGone();
            });
        }
    }

    private HoldfastException tooLate(PendingWrite write) {
        return write.timesSent() > 0
                ? new OutcomeUnknownException("no answer before the deadline; the write was sent to the master")
                : new NotAvailableException(
                        master == null
                                ? "no master could be reached before the deadline; the write was not sent"
                                : "the master took nothing more before the deadline; the write was not sent");
    }

    /** Ends it where there is no loop any more: whoever still waits is told, nothing is sent. */
    void abandon(String why) {
        end(why, (write, problem) -> write.failHere(problem));
    }

    private void end(String why, BiConsumer<PendingWrite, RuntimeException> tell) {
        for (int i = 0; i < window.size(); i++) {
            PendingWrite write = window.get(i);
            if (write.tell()) {
                tell.accept(
                        write,
                        write.timesSent() > 0
                                ? new OutcomeUnknownException(why + "; the write was sent to the master")
                                : new NotAvailableException(why + "; the write was not sent"));
            }
            left.accept(write);
        }
        window.clear();
        unsent = 0;
    }

    /** Ends it: whoever still waits is told. */
    void close(String why) {
        end(why, this::fail);
        if (session != 0 && master != null) {
            master.closeSession(session);
        }
    }

    /** True if a session is open. */
    boolean isOpen() {
        return session != 0;
    }

    /** True while the tick has something to see to. */
    boolean isBusy() {
        return session == 0 || !window.isEmpty();
    }
}
