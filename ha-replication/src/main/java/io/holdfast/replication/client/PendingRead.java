package io.holdfast.replication.client;

/** A read that has not been answered. On the loop, but for the telling of its caller. */
final class PendingRead extends Request {
    private final int machine;
    private final byte[] request;
    private long askedNanos;
    private boolean asked;

    PendingRead(int machine, byte[] request, long deadlineNanos, boolean blocking) {
        super(deadlineNanos, request.length, blocking);
        this.machine = machine;
        this.request = request;
    }

    int machine() {
        return machine;
    }

    byte[] request() {
        return request;
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
