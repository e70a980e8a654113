package io.holdfast.replication.client;

import org.jspecify.annotations.Nullable;

/** What a caller asks for, on its way to the loop; see {@link Inbox}. */
abstract class Request {
    private final Call call;
    private final long deadlineNanos;
    /** The inbox's, until the loop has taken it. */
    @Nullable
    Request next;

    Request(Call call, long deadlineNanos) {
        this.call = call;
        this.deadlineNanos = deadlineNanos;
    }

    final Call call() {
        return call;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }

    /** What it counts for, of the bytes that may be in flight. */
    abstract int permitBytes();
}
