package io.holdfast.backup.remote;

import io.holdfast.core.spi.MalformedFrameException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A call that another node has made. On the loop. It keeps its slot until it has ended and nothing of it waits for the worker any more. */
abstract class ServedCall {
    private final OfferSession session;
    private final int id;
    private long heard;
    private int tasks;
    private boolean ended;

    ServedCall(OfferSession session, int id) {
        this.session = session;
        this.id = id;
    }

    final int id() {
        return id;
    }

    final OfferSession session() {
        return session;
    }

    final long heard() {
        return heard;
    }

    final void heardAt(long nanos) {
        heard = nanos;
    }

    /** How many of its tasks wait for the worker, or are being run by it. */
    final int tasks() {
        return tasks;
    }

    final void queued() {
        tasks++;
    }

    /** One of its tasks has been run; tells whether its slot is free now. */
    final boolean ran() {
        tasks--;
        return ended && tasks == 0;
    }

    /** Nothing more is said about it; tells whether its slot is free now. */
    final boolean ended() {
        ended = true;
        return tasks == 0;
    }

    final <T> void onFiles(Supplier<T> work, Consumer<T> then) {
        session.onFiles(this, work, then);
    }

    /** Lets go on the worker of what it holds; failures are logged. */
    final void release(Runnable work) {
        session.release(this, work);
    }

    final void end(OfferFrame last) {
        session.end(this, last);
    }

    abstract void begin();

    /** A further frame of it. */
    void received(OfferFrame frame) {
        throw new MalformedFrameException(
                "the call " + id + " takes no " + frame.getClass().getSimpleName());
    }

    /** It ended before its end: what it holds is let go. Idempotent. */
    void drop() {}
}
