package io.holdfast.loadbalance;

import io.holdfast.core.spi.ReplicatedState.Bound;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes, and what it asks for.
 *
 * @param to who is to serve it
 * @param staleness how fresh whoever serves it has to be; null for anything
 * @param session whose writes it has to see; null for nobody's
 * @param sticky what binds it to an endpoint; null for nothing
 * @param key for a hash; 0 for none
 * @param idempotent whether it may be carried out more than once
 * @param deadlineNanos of the whole
 */
record CallOptions(
        To to,
        @Nullable Bound staleness,
        @Nullable ReadSession session,
        @Nullable String sticky,
        long key,
        boolean idempotent,
        long deadlineNanos) {

    enum To {
        ANYBODY,
        MASTER,
        SLAVES
    }

    CallOptions to(To whom) {
        return new CallOptions(whom, staleness, session, sticky, key, idempotent, deadlineNanos);
    }

    CallOptions staleness(Bound most) {
        return new CallOptions(to, most, session, sticky, key, idempotent, deadlineNanos);
    }

    CallOptions session(@Nullable ReadSession of) {
        return new CallOptions(to, staleness, of, sticky, key, idempotent, deadlineNanos);
    }

    CallOptions sticky(@Nullable String to) {
        return new CallOptions(this.to, staleness, session, to, key, idempotent, deadlineNanos);
    }

    CallOptions key(long of) {
        return new CallOptions(to, staleness, session, sticky, of, idempotent, deadlineNanos);
    }

    CallOptions idempotent(boolean is) {
        return new CallOptions(to, staleness, session, sticky, key, is, deadlineNanos);
    }

    CallOptions deadlineNanos(long nanos) {
        return new CallOptions(to, staleness, session, sticky, key, idempotent, nanos);
    }

    /** How far behind in time it may be, if that is bounded. */
    OptionalLong mostLagNanos() {
        return staleness instanceof Bound.Within within
                ? OptionalLong.of(within.staleness().toNanos())
                : OptionalLong.empty();
    }
}
