package io.holdfast.replication.client;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where callers leave their requests for the loop: a stack that is always taken as a whole (Treiber 1986), linked through
 * the requests themselves. Any thread adds, one takes.
 */
final class Inbox {
    private final AtomicReference<@Nullable Request> newest = new AtomicReference<>();

    /** True if it was empty: the loop is to be told. */
    boolean add(Request request) {
        Request before;
        do {
            before = newest.get();
            request.next = before;
        } while (!newest.compareAndSet(before, request));
        return before == null;
    }

    /** The oldest of what is there, linked to the others in the order of their coming; null if there is nothing. */
    @Nullable
    Request takeAll() {
        if (newest.get() == null) {
            return null;
        }
        Request rest = newest.getAndSet(null);
        Request oldest = null;
        while (rest != null) {
            Request older = rest.next;
            rest.next = oldest;
            oldest = rest;
            rest = older;
        }
        return oldest;
    }
}
