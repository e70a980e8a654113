package io.holdfast.replication.client;

import io.holdfast.replication.session.Freshness;

/** A read that has not been answered. On the loop, but for the telling of its caller. */
final class PendingRead extends Request {
    private final int machine;
    private final byte[] request;
    private final Freshness freshness;
    private long askedNanos;
    private boolean asked;

    PendingRead(int machine, byte[] request, Freshness freshness, long deadlineNanos, boolean blocking) {
        super(deadlineNanos, request.length, blocking);
        this.machine = machine;
        this.request = request;
        this.freshness = freshness;
    }

    int machine() {
        return machine;
    }

    byte[] request() {
        return request;
    }

    Freshness freshness() {
        return freshness;
    }

    /** Somebody has been asked, or nobody could be. */
    void asked(long now, boolean somebody) {
        askedNanos = now;
        asked = somebody;
    }

    boolean isAsked() {
        return asked;
    }

    long askedNanos() {
        return askedNanos;
    }
}
