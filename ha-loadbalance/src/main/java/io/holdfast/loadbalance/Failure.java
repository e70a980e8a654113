package io.holdfast.loadbalance;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What it means that an attempt of a call failed: for the endpoint, and for whether the call may be tried again. */
public enum Failure {
    /** It never left: refused, no route. Tried elsewhere, whatever it is. */
    NOT_SENT(Outcome.UNREACHABLE),
    /** The endpoint answered that it does not serve this, such as a slave that was asked for a write; see {@link ServingGuard}. */
    REFUSED(Outcome.CANCELLED),
    /** The endpoint answered that it has too much to do, and did nothing. */
    OVERLOADED(Outcome.OVERLOADED),
    /** It was sent, and broke off or was not answered in time: it took effect, or did not. Tried again only if it is idempotent. */
    UNKNOWN(Outcome.FAILURE),
    /** The endpoint failed to do it, and says so; nothing took effect. Tried elsewhere, whatever it is. */
    FAILED(Outcome.FAILURE),
    /** The caller's own affair: the exception reaches it as it is, and nothing is tried again. */
    CALLER(Outcome.CANCELLED);

    /** Of {@code java.net.http}, which is not everywhere. */
    private static final String HTTP_CONNECT_TIMEOUT = "java.net.http.HttpConnectTimeoutException";

    private final Outcome outcome;

    Failure(Outcome outcome) {
        this.outcome = outcome;
    }

    /** What it says of the endpoint. */
    Outcome outcome() {
        return outcome;
    }

    /** True if it certainly had no effect. */
    boolean isWithoutEffect() {
        return this != UNKNOWN && this != CALLER;
    }

    /**
     * The usual reading of exceptions: {@link NotServedException} says it itself; a connection that was not made is {@link
     * #NOT_SENT}; any other {@link IOException} or {@link TimeoutException} is {@link #UNKNOWN}; all else is the {@link #CALLER}'s.
     */
    public static Failure of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof NotServedException notServed) {
            return notServed.failure();
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (isNotSent(each)) {
                return NOT_SENT;
            }
        }
        return cause instanceof IOException || cause instanceof TimeoutException ? UNKNOWN : CALLER;
    }

    private static boolean isNotSent(Throwable thrown) {
        return thrown instanceof ConnectException
                || thrown instanceof NoRouteToHostException
                || thrown instanceof UnknownHostException
                || thrown instanceof UnresolvedAddressException
                || thrown.getClass().getName().equals(HTTP_CONNECT_TIMEOUT);
    }
}
