package io.holdfast.replication.locks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** A lock or semaphore that somebody holds. Requests are told apart by identity, and kept in the order in which they came. */
final class LockState {
    final LockName name;
    final int limit;
    final LinkedHashSet<LockRequest> holders = new LinkedHashSet<>();
    final LinkedHashSet<LockRequest> waiters = new LinkedHashSet<>();
    int free;

    LockState(LockName name, int limit) {
        this.name = name;
        this.limit = limit;
        this.free = limit;
    }

    /** First come, first served: who wants many permits is not overtaken by those who want few. */
    boolean isFreeFor(int permits) {
        return waiters.isEmpty() && permits <= free;
    }

    void hold(LockRequest request) {
        holders.add(request);
        free -= request.permits;
    }

    void remove(LockRequest request) {
        if (holders.remove(request)) {
            free += request.permits;
        } else {
            waiters.remove(request);
        }
    }

    /** Takes those off the queue who are next and can have what they want. */
    List<LockRequest> next() {
        List<LockRequest> next = new ArrayList<>();
        int left = free;
        for (LockRequest waiter : waiters) {
            if (waiter.permits > left) {
                break;
            }
            left -= waiter.permits;
            next.add(waiter);
        }
        next.forEach(waiters::remove);
        return next;
    }

    boolean isUnused() {
        return holders.isEmpty() && waiters.isEmpty();
    }
}
