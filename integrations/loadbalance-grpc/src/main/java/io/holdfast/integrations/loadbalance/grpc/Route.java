package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.CallOptions;
import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.Tried;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where one call of gRPC's is to go, and has been: shared by all its tries, those of gRPC's own, too. Safe from any thread.
 */
final class Route {
    static final CallOptions.Key<Route> OPTION = CallOptions.Key.create("holdfast-route");
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LoadBalancer calls;
    private final long holdNanos;
    private Tried tried = new Tried();
    private @Nullable RoleHolder refusedBy;
    private long pause = FIRST_PAUSE_NANOS;
    private long notBefore;
    private boolean waits;
    private long waitsSince;
    private volatile @Nullable Attempt last;

    Route(LoadBalancer calls) {
        this.calls = calls;
        this.holdNanos = calls.settings().hold().toNanos();
    }

    LoadBalancer calls() {
        return calls;
    }

    /** Somebody that may take it at this moment and is not passed over; {@link LoadBalancer#end} has to follow. Null for nobody. */
    synchronized @Nullable Attempt begin(long now, Tried passedOver) {
        Attempt attempt = calls.begin(passedOver);
        if (attempt == null && tried.size() > 0) {
            tried = new Tried(); // all have been tried; anybody may be again
        }
        if (attempt != null && holder(attempt).equals(refusedBy) && notBefore - now > 0) {
            calls.end(attempt, Outcome.CANCELLED);
            return null; // it says that it is not the master, so another one is to be announced
        }
        return attempt;
    }

    private static RoleHolder holder(Attempt attempt) {
        FencingToken fence = attempt.fence();
        return new RoleHolder(attempt.endpoint().id(), fence == null ? new FencingToken(0) : fence);
    }

    /** Where it has been. */
    synchronized Tried tried() {
        return tried.copy();
    }

    /** It goes there now. */
    synchronized void goes(Attempt attempt) {
        waits = false;
        last = attempt;
    }

    /** It waits; false if it has for long enough. */
    synchronized boolean mayWait(long now) {
        if (!waits) {
            waits = true;
            waitsSince = now;
        }
        return now - waitsSince < holdNanos;
    }

    /** It was not served there. */
    synchronized void failed(Attempt attempt, boolean refused, long now) {
        tried.add(attempt);
        if (refused && attempt.fence() != null) {
            refusedBy = holder(attempt);
            notBefore = now + pause;
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }

    /** What an answer says of how far the log is. */
    void reached(@Nullable String position) {
        Attempt its = last;
        if (its != null) {
            its.reached(position);
        }
    }
}
