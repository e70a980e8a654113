package io.holdfast.integrations.loadbalance.http;

import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.NotServedException;
import io.holdfast.loadbalance.RoutingHeaders;
import java.net.http.HttpResponse;

/** An answer that is a reason to go elsewhere. */
final class BadStatusException extends NotServedException {
    private static final long serialVersionUID = 1L;

    private final transient HttpResponse<?> response;

    BadStatusException(HttpResponse<?> response, boolean refused) {
        super(
                refused ? Failure.REFUSED : meaning(response.statusCode()),
                response.uri() + " answered " + response.statusCode()
                        + response.headers()
                                .firstValue(RoutingHeaders.REFUSED)
                                .map(why -> ": " + why)
                                .orElse(""));
        this.response = response;
    }

    private static Failure meaning(int status) {
        return status == 502 || status == 504 ? Failure.UNKNOWN : Failure.OVERLOADED;
    }

    boolean isWithoutEffect() {
        return failure() != Failure.UNKNOWN;
    }

    HttpResponse<?> response() {
        return response;
    }
}
