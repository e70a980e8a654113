package io.holdfast.integrations.loadbalance.http;

import io.holdfast.core.HoldfastException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.loadbalance.Attempt;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.RoutingHeaders;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends HTTP requests where a {@link LoadBalancer} says. Of a request's URI only path and query count; scheme, host and port are the
 * endpoint's.
 *
 * <pre>{@code
 * BalancedHttp http = BalancedHttp.over(HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build());
 * HttpRequest get = HttpRequest.newBuilder(URI.create("http://orders/orders/17")).build();
 * String order = http.send(calls.toSlaves(), get, BodyHandlers.ofString()).body();
 * }</pre>
 *
 * <p>What HTTP calls idempotent (GET, HEAD, PUT, DELETE, OPTIONS, TRACE) is so here; other methods are if the calls say so. A status of
 * 421 with {@link RoutingHeaders#REFUSED}, 429 and 503 have had no effect and are tried elsewhere, 502 and 504 where that is allowed; the
 * last such answer is given where no other comes, unless an earlier try may have had an effect that it does not tell of. Any other status is an answer; one of 500 and more counts against the endpoint.
 * Safe from any thread.
 */
public final class BalancedHttp {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

    private final HttpClient client;

    private BalancedHttp(HttpClient client) {
        this.client = client;
    }

    /**
     * By that client, which stays the caller's. It should have a {@code connectTimeout} well below the time of an attempt: without one a
     * machine that is gone costs the whole attempt, and nobody can tell then that nothing was sent.
     */
    public static BalancedHttp over(HttpClient client) {
        return new BalancedHttp(client);
    }

    /**
     * Sends a request, again where that is allowed, and waits for the answer. Its body has to be one that can be sent again, as those of
     * {@code BodyPublishers} are, save for that of an input stream that gives the same stream twice.
     *
     * @throws io.holdfast.core.HoldfastException as {@link LoadBalancer} does
     */
    public <T> HttpResponse<T> send(LoadBalancer calls, HttpRequest request, BodyHandler<T> handler) {
        try {
            return suited(calls, request).call(to -> judged(to, sendNow(to, request, handler)));
        } catch (HoldfastException e) {
            return answer(e);
        }
    }

    /** A request's own time-out ends when its answer begins, and does not bound how long the body takes. */
    private <T> HttpResponse<T> sendNow(Attempt to, HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException, TimeoutException {
        CompletableFuture<HttpResponse<T>> sent = client.sendAsync(prepared(to, request), handler);
        try {
            return sent.get(to.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw new CompletionException(e.getCause());
        } finally {
            sent.cancel(true); // no effect on one that is done
        }
    }

    /** The same without blocking. Cancelling the future cancels the request. */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            LoadBalancer calls, HttpRequest request, BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> sent = suited(calls, request).callAsync(to -> {
            CompletableFuture<HttpResponse<T>> raw = client.sendAsync(prepared(to, request), handler);
            return new Judged<>(raw, response -> judged(to, response));
        });
        return new Judged<>(sent, sent.exceptionally(thrown -> {
            if (thrown instanceof HoldfastException notServed) {
                return BalancedHttp.<T>answer(notServed);
            }
            throw thrown instanceof CompletionException already ? already : new CompletionException(thrown);
        }));
    }

    private static LoadBalancer suited(LoadBalancer calls, HttpRequest request) {
        return IDEMPOTENT.contains(request.method()) ? calls.idempotent() : calls;
    }

    private static HttpRequest prepared(Attempt to, HttpRequest request) {
        URI uri = request.uri();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery();
        HttpRequest.Builder builder = HttpRequest.newBuilder(request, (name, value) -> true)
                .uri(to.uri(query == null ? path : path + "?" + query));
        Duration most = request.timeout().orElse(to.timeout());
        builder.timeout(most.compareTo(to.timeout()) < 0 ? most : to.timeout());
        to.headers().forEach(builder::setHeader);
        return builder.build();
    }

    /** Gives an answer back, or throws what makes the call go elsewhere. */
    private static <T> HttpResponse<T> judged(Attempt to, HttpResponse<T> response) {
        int status = response.statusCode();
        to.reached(response.headers().firstValue(RoutingHeaders.POSITION).orElse(null));
        boolean refused = status == RoutingHeaders.STATUS_REFUSED
                && response.headers().firstValue(RoutingHeaders.REFUSED).isPresent();
        if (refused || status == 429 || status == 502 || status == 503 || status == 504) {
            throw new BadStatusException(response, refused);
        }
        if (status >= 500) {
            to.countAsFailure();
        }
        return response;
    }

    /** The answer that was the last reason to go elsewhere, if there is one; the types are those of the same call. */
    @SuppressWarnings("unchecked")
    private static <T> HttpResponse<T> answer(HoldfastException e) {
        Throwable last = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
        if (last instanceof BadStatusException bad
                && !(e instanceof OutcomeUnknownException && bad.isWithoutEffect())) {
            return (HttpResponse<T>) bad.response();
        }
        throw e; // also where an earlier try may have had an effect, which the last answer does not say
    }
}
