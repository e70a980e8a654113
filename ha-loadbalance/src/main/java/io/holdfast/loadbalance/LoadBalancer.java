package io.holdfast.loadbalance;

import io.holdfast.core.spi.ReplicatedState.Bound;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls to a service: each goes to an endpoint that the {@link Balancer} picks, is tried elsewhere where that is allowed, and feeds what
 * is known of endpoints by how it ends. Get it by {@link LoadBalancing}.
 *
 * <pre>{@code
 * LoadBalancer http = LoadBalancing.service(cluster, "http");
 * http.toMaster().call(to -> rest.post(to.uri("/orders"), to.headers(), order));
 * http.toSlaves().maxLag(Duration.ofMillis(500)).call(to -> rest.get(to.uri("/orders/17"), to.headers()));
 * }</pre>
 *
 * <p>What fails is tried again, until the {@link #within deadline}, if it certainly had no effect, or if it is {@link #idempotent}; see
 * {@link Failure}. What is thrown inside a call and is the caller's own affair reaches the caller as it is; a checked exception as the
 * cause of a {@link CompletionException}. Else a call ends with {@link io.holdfast.core.NotAvailableException} (not carried out), {@link
 * io.holdfast.core.OutcomeUnknownException} (carried out or not) or {@link io.holdfast.core.OverloadedException} (refused at once).
 *
 * <p>Immutable: each method that says where or how returns another one, which shares everything with this one. Safe from any thread;
 * threads that block may be virtual ones.
 */
public final class LoadBalancer {
    private final CallKernel kernel;
    private final CallOptions options;

    LoadBalancer(CallKernel kernel, CallOptions options) {
        this.kernel = kernel;
        this.options = options;
    }

    static LoadBalancer over(CallKernel kernel) {
        long deadline = kernel.settings().deadline().toNanos();
        return new LoadBalancer(kernel, new CallOptions(CallOptions.To.ANYBODY, null, null, null, 0, false, deadline));
    }

    /**
     * What is done at an endpoint, on the caller's thread.
     *
     * @param <T> what it gives
     */
    @FunctionalInterface
    public interface Call<T extends @Nullable Object> {
        /** Does it, within {@link Attempt#timeout()}. */
        T at(Attempt attempt) throws Exception;
    }

    /**
     * What is begun at an endpoint and ends later.
     *
     * @param <T> what it gives
     */
    @FunctionalInterface
    public interface AsyncCall<T extends @Nullable Object> {
        /** Begins it. A future that is not done within {@link Attempt#timeout()} is cancelled. */
        CompletionStage<T> at(Attempt attempt) throws Exception;
    }

    // ---- where to ----

    /** To whoever serves it, master or not; so by default. */
    public LoadBalancer toAnybody() {
        return with(options.to(CallOptions.To.ANYBODY));
    }

    /**
     * To the master: who was announced last, with its fencing token. Has it failed, or is there none, a call waits for the next one to be
     * announced, for at most {@link CallSettings#hold()}.
     */
    public LoadBalancer toMaster() {
        return with(options.to(CallOptions.To.MASTER));
    }

    /**
     * To slaves, and to the master only where none of them may or can serve it. Such a call is taken to be {@link #idempotent}, since it
     * reads.
     */
    public LoadBalancer toSlaves() {
        return with(options.to(CallOptions.To.SLAVES).idempotent(true));
    }

    /**
     * Whoever serves it has to have all that had been acknowledged so long ago. Slaves that are known to be further behind are not asked;
     * the one that is asked decides, by its {@link ServingGuard}.
     *
     * @param most 0 to 1 day; 0 for all that has been acknowledged by now
     */
    public LoadBalancer maxLag(Duration most) {
        CallSettings.checkDuration("maxLag", most, Duration.ZERO, Duration.ofDays(1));
        return with(options.staleness(new Bound.Within(most)));
    }

    /** Whoever serves it may lack so many entries of what has been decided by now, 0 or more; its {@link ServingGuard} decides. */
    public LoadBalancer maxLagEntries(long most) {
        if (most < 0) {
            throw new IllegalArgumentException("a node cannot lack " + most + " entries; use 0 or more");
        }
        return with(options.staleness(new Bound.Behind(most)));
    }

    /** Whoever serves it has to have applied the writes of that session; see {@link Attempt#reached}. Null for nobody's. */
    public LoadBalancer session(@Nullable ReadSession session) {
        return with(options.session(session));
    }

    /**
     * Stays with an endpoint while that is there and well; see {@link Balancer#begin(String, long, Tried)}.
     *
     * @param token what {@link Attempt#sticky()} gave; null, or anything else, for nobody yet
     */
    public LoadBalancer sticky(@Nullable String token) {
        return with(options.sticky(token));
    }

    /** The request's key, for an algorithm that hashes; see {@link RequestKey}. */
    public LoadBalancer key(long key) {
        return with(options.key(key));
    }

    /** It may be carried out more than once, so it is tried again also where nobody knows whether it was. */
    public LoadBalancer idempotent() {
        return with(options.idempotent(true));
    }

    /** It must not be carried out more than once; so by default, save for {@link #toSlaves()}. */
    public LoadBalancer notIdempotent() {
        return with(options.idempotent(false));
    }

    /** The whole call, tries and waits together, may take so long, 1 ms to 1 h. */
    public LoadBalancer within(Duration deadline) {
        CallSettings.checkDuration("deadline", deadline, Duration.ofMillis(1), Duration.ofHours(1));
        return with(options.deadlineNanos(deadline.toNanos()));
    }

    private LoadBalancer with(CallOptions changed) {
        return new LoadBalancer(kernel, changed);
    }

    // ---- calls ----

    /** Makes a call and blocks until it ends. Interrupted it ends, if it waits; what runs inside sees to itself. */
    @SuppressWarnings("Interruption") // what the caller's own code throws is handed on
    public <T extends @Nullable Object> T call(Call<T> call) {
        BalancerRuntime runtime = kernel.runtime();
        CallRun run = new CallRun(kernel, options, runtime.nanoTime());
        while (true) {
            CallRun.Next next = run.next(runtime.nanoTime());
            if (next instanceof CallRun.Try go) {
                try {
                    T answer = call.at(go.attempt());
                    run.succeeded(go.attempt(), runtime.nanoTime());
                    return answer;
                } catch (Throwable thrown) { // also an Error: what was begun has to end
                    if (thrown instanceof InterruptedException) {
                        Thread.currentThread().interrupt();
                    }
                    run.failed(go.attempt(), thrown, runtime.nanoTime());
                }
            } else if (next instanceof CallRun.Hold hold) {
                await(run, hold);
            } else {
                throw thrown(((CallRun.GiveUp) next).cause());
            }
        }
    }

    private static void await(CallRun run, CallRun.Hold hold) {
        try {
            hold.change().get(hold.nanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw thrown(run.interrupted().cause());
        } catch (TimeoutException e) {
            return; // the time was the point
        } catch (ExecutionException e) {
            throw new IllegalStateException("a change never fails", e);
        }
    }

    private static RuntimeException thrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException runtime ? runtime : new CompletionException(cause);
    }

    /**
     * Makes a call without blocking. Attempts begin on the caller's thread, or on that which completed the one before; those that had to
     * wait where {@link BalancerRuntime#users()} runs them, which in a cluster is one thread. Cancelling the future cancels the attempt at hand.
     */
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(AsyncCall<T> call) {
        return new AsyncRun<>(kernel, options, call).begin();
    }

    // ---- tries that others make ----

    /**
     * Picks for one try that is made by other means, such as a channel of gRPC's, by all that this says of where to; {@link #end} has to
     * follow. There are no waits, budgets and deadlines here: whoever tries sees to that.
     *
     * @param tried where the request has been already; null if it has been nowhere. To the master goes what is for the master all the same
     * @return null if nobody may take it at this moment: there is no master, or {@link #explain()} says why
     */
    public @Nullable Attempt begin(@Nullable Tried tried) {
        return new SingleTry(kernel, options).begin(tried);
    }

    /**
     * A try that {@link #begin} gave has ended.
     *
     * @param attempt exactly once each
     * @param outcome what its end says of the endpoint; its time counts from {@link #begin}
     */
    public void end(Attempt attempt, Outcome outcome) {
        kernel.balancer().end(attempt.target(), kernel.runtime().nanoTime() - attempt.beganNanos, outcome);
    }

    // ---- what it says ----

    /** How calls are made, for those who make them by other means. */
    public CallSettings settings() {
        return kernel.settings();
    }

    /** Who offers the service and who is master, as calls go by it at this moment. Costs nothing. */
    public Directory directory() {
        return kernel.directory();
    }

    /**
     * Runs that once now, and then whenever {@link #directory()} has changed, on a thread that is not to be blocked; several changes at
     * once may be one.
     */
    public EndpointSource.Subscription listen(Runnable changed) {
        return kernel.listen(changed);
    }

    /** Why calls go where they go. */
    public BalancerExplanation explain() {
        return kernel.balancer().explain();
    }

    /** What picks, for those who make requests by other means; closed by whoever made this one. */
    public Balancer balancer() {
        return kernel.balancer();
    }

    @Override
    public String toString() {
        return "calls of " + kernel.balancer().identity().service() + " to " + options.to();
    }
}
