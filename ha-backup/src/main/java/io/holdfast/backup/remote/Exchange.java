package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.backup.remote.OfferFrame.Failed;
import io.holdfast.backup.remote.OfferFrame.ListAll;
import io.holdfast.backup.remote.OfferFrame.Page;
import io.holdfast.backup.remote.OfferFrame.Pieces;
import io.holdfast.backup.remote.OfferFrame.Put;
import io.holdfast.backup.remote.OfferFrame.Read;
import io.holdfast.backup.remote.OfferFrame.Ready;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Unverified;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Printable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A call of another node, between the thread that waits for it and the loop, which never waits. What has come and was not taken is bounded by the
 * credit that was given, and by a number of frames.
 */
final class Exchange {
    /** So many frames wait to be taken; who keeps the rules fills a window with far fewer. */
    static final int MOST_WAITING = 4 * OfferSession.WINDOW / OfferCodec.MOST_DATA;

    private static final int LONGEST_WORDS = 500;

    private final String place;
    private final String name;
    private final IntFunction<OfferFrame> first;
    private final int firstRoom;
    private final long timeoutNanos;
    private final int level;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<OfferFrame> answers = new ArrayDeque<>();
    private volatile int call;
    private @Nullable OfferFrame asked; // the loop's
    private long room;
    private long credit;
    private @Nullable BackupRepositoryException failure;

    /**
     * @param place whom is asked, for messages
     * @param name what it is about, for messages
     * @param first the frame that begins it, of its number
     * @param firstRoom how much is wanted at first: bytes, or pages; 0 for nothing of both
     * @param timeoutNanos how long nothing may be heard of it
     */
    Exchange(String place, String name, IntFunction<OfferFrame> first, int firstRoom, long timeoutNanos) {
        this(place, name, first, firstRoom, timeoutNanos, Greeting.FIRST);
    }

    /** @param level what the other end must know ({@link Greeting}), to be asked at all */
    Exchange(String place, String name, IntFunction<OfferFrame> first, int firstRoom, long timeoutNanos, int level) {
        this.level = level;
        this.place = place;
        this.name = name;
        this.first = first;
        this.firstRoom = firstRoom;
        this.room = firstRoom;
        this.timeoutNanos = timeoutNanos;
    }

    int level() {
        return level;
    }

    int firstRoom() {
        return firstRoom;
    }

    /** For so much more to come: bytes, or pages. */
    void makeRoom(int more) {
        lock.lock();
        try {
            room += more;
        } finally {
            lock.unlock();
        }
    }

    /** On the loop, when it is sent. */
    void numbered(int number) {
        call = number;
    }

    /** Its number, once something was heard of it. */
    int call() {
        return call;
    }

    /** On the loop. */
    OfferFrame first(int number) {
        OfferFrame begun = first.apply(number);
        asked = begun;
        return begun;
    }

    /** On the loop: the other end does not know such a call, so that its answer is no. */
    void decline() {
        lock.lock();
        try {
            answers.add(new Done(0, 0));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether that is said to who has asked this. */
    private boolean isAnswer(OfferFrame frame) {
        if (frame instanceof Credit) {
            return asked instanceof Put || asked instanceof Resume;
        } else if (frame instanceof Data || frame instanceof End) {
            return asked instanceof Read;
        } else if (frame instanceof Page) {
            return asked instanceof ListAll;
        } else if (frame instanceof Pieces || frame instanceof Ready || frame instanceof Unverified) {
            return asked instanceof Resume;
        }
        return frame instanceof Done && asked != null && !(asked instanceof Read);
    }

    /** On the loop. What is no answer, and what is more than there is room for, ends the link. */
    void deliver(OfferFrame frame) {
        if (frame instanceof Failed failed) {
            breakOff(failed.reason(), Printable.of(failed.message(), LONGEST_WORDS));
            return;
        }
        if (!isAnswer(frame)) {
            throw new MalformedFrameException(
                    "the call " + call + " was answered by " + frame.getClass().getSimpleName());
        }
        lock.lock();
        try {
            if (frame instanceof Credit more) {
                credit += more.more();
            } else {
                room -= frame instanceof Data data ? data.bytes().length : frame instanceof Page ? 1 : 0;
                answers.add(frame);
            }
            if (room < 0 || credit > OfferSession.WINDOW || answers.size() > MOST_WAITING) {
                throw new MalformedFrameException("more than was asked for came of the call " + call);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** On the loop. */
    void breakOff(Reason reason, String why) {
        lock.lock();
        try {
            failure = failure(reason, why, null);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** True once it has failed, and nothing more comes of it. */
    boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** The next frame that is no credit. */
    OfferFrame next() {
        return await(answers::poll);
    }

    /** True once there is credit, false if it was answered instead. */
    boolean awaitCredit() {
        return await(() -> !answers.isEmpty() ? Boolean.FALSE : credit > 0 ? Boolean.TRUE : null);
    }

    /** Takes some credit, at the most so much and at least 1. */
    int takeCredit(int most) {
        return await(() -> {
            int taken = (int) Math.min(most, credit);
            credit -= taken;
            return taken > 0 ? taken : null;
        });
    }

    /** What may be had, or null for not yet. Under the lock. */
    private interface Wanted<T> {
        @Nullable
        T get();
    }

    private <T> T await(Wanted<T> wanted) {
        lock.lock();
        try {
            long left = timeoutNanos;
            while (true) {
                T got = wanted.get();
                if (got != null) {
                    return got;
                }
                if (failure != null) {
                    throw failure;
                }
                if (left <= 0) {
                    throw failure(
                            Reason.UNAVAILABLE,
                            "no answer within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms",
                            null);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure(Reason.FAILED, "interrupted while waiting for an answer", interrupted);
        } finally {
            lock.unlock();
        }
    }

    BackupRepositoryException failure(Reason reason, String why, @Nullable Throwable cause) {
        return new BackupRepositoryException(reason, place + (name.isEmpty() ? "" : ", " + name) + ": " + why, cause);
    }
}
