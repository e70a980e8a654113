package io.holdfast.backup.remote;

import io.holdfast.core.spi.MalformedFrameException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A call that another node has made. On the loop. */
abstract class ServedCall {
    private final OfferSession session;
    private final int id;
    private long heard;

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

    final <T> void onFiles(Supplier<T> work, Consumer<T> then) {
        session.onFiles(this, work, then);
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
