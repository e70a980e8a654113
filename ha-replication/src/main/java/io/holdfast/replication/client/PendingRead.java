package io.holdfast.replication.client;

/** A read that has not been answered. On the loop, but for its {@link Call}. */
final class PendingRead extends Request {
    private final int machine;
    private final byte[] request;
    private long askedNanos;
    private boolean asked;

    PendingRead(int machine, byte[] request, long deadlineNanos, Call call) {
        super(call, deadlineNanos);
        this.machine = machine;
        this.request = request;
    }

    int machine() {
        return machine;
    }

    byte[] request() {
        return request;
    }

    @Override
    int permitBytes() {
        return request.length;
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
