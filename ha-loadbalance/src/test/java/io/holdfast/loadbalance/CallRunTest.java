package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ReplicatedState.Bound;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a call does next, in a time of the test's own. */
class CallRunTest {
    private static final long SECOND = 1_000_000_000L;
    private static final CallOptions PLAIN =
            new CallOptions(CallOptions.To.ANYBODY, null, null, null, 0, false, 10 * SECOND);

    private final ManualRuntime runtime = new ManualRuntime(1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private CallKernel kernel = kernel(CallSettings.usual());
    private long epoch;

    private CallKernel kernel(CallSettings settings) {
        return new CallKernel(
                new Balancer.Identity("shop", "web-1", "http"),
                BalancerSettings.of(Algorithm.roundRobin()),
                settings,
                runtime,
                new SimpleMeterRegistry());
    }

    private void hear(@Nullable RoleHolder master, Map<String, Long> lags, String... ids) {
        kernel.hear(new Directory(
                ++epoch,
                List.of(ids).stream().map(id -> Endpoint.of(id, "http://" + id)).toList(),
                master,
                id -> lags.getOrDefault(id, -1L)));
        runtime.work();
    }

    private static RoleHolder master(String id, long term) {
        return new RoleHolder(id, FencingToken.of(0, term));
    }

    private CallRun run(CallOptions options) {
        return new CallRun(kernel, options, runtime.now);
    }

    private Attempt tries(CallRun run) {
        return assertInstanceOf(CallRun.Try.class, run.next(runtime.now)).attempt();
    }

    private CallRun.Hold holds(CallRun run) {
        return assertInstanceOf(CallRun.Hold.class, run.next(runtime.now));
    }

    private Throwable givesUp(CallRun run) {
        return assertInstanceOf(CallRun.GiveUp.class, run.next(runtime.now)).cause();
    }

    private void fails(CallRun run, Attempt attempt, Throwable thrown) {
        run.failed(attempt, thrown, runtime.now);
    }

    @Test
    void callsThatWaitGoOnBeforeListenersAreTold() {
        CallRun.Hold waits = holds(run(PLAIN));
        List<Boolean> overBefore = new ArrayList<>();
        kernel.listen(() -> overBefore.add(waits.change().isDone()));
        hear(null, Map.of(), "a");
        assertEquals(List.of(false, true), overBefore);
    }

    @Test
    void whatWasNotSentIsTriedElsewhereWhateverItIs() {
        hear(null, Map.of(), "a", "b", "c");
        CallRun run = run(PLAIN);
        Set<String> tried = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            Attempt attempt = tries(run);
            assertEquals(i + 1, attempt.number());
            assertTrue(tried.add(attempt.endpoint().id()));
            fails(run, attempt, new ConnectException("refused"));
        }
        CallRun.Hold rests = holds(run); // all were tried: a pause, and again
        assertTrue(rests.nanos() <= SECOND);
        runtime.pass(rests.nanos());
        Attempt again = tries(run);
        assertEquals(4, again.number());
        run.succeeded(again, runtime.now);
        assertEquals(0, again.target().inFlight());
    }

    @Test
    void whatMayHaveHappenedIsTriedAgainOnlyIfItIsIdempotent() {
        hear(null, Map.of(), "a", "b");
        CallRun once = run(PLAIN);
        fails(once, tries(once), new IOException("reset"));
        Throwable unknown = givesUp(once);
        assertInstanceOf(OutcomeUnknownException.class, unknown);
        assertEquals("reset", unknown.getCause().getMessage());
        CallRun often = run(PLAIN.idempotent(true));
        Attempt first = tries(often);
        fails(often, first, new IOException("reset"));
        assertNotEquals(first.endpoint().id(), tries(often).endpoint().id());
    }

    @Test
    void theCallersOwnExceptionReachesItAsItIs() {
        hear(null, Map.of(), "a", "b");
        CallRun run = run(PLAIN.idempotent(true));
        IllegalStateException own = new IllegalStateException("no such order");
        fails(run, tries(run), own);
        assertSame(own, givesUp(run));
    }

    @Test
    void whatIsCertainlyWithoutEffectIsNotAvailableInTheEnd() {
        kernel = kernel(CallSettings.usual().attempts(2, Duration.ofSeconds(1)));
        hear(null, Map.of(), "a", "b", "c");
        CallRun run = run(PLAIN);
        fails(run, tries(run), new ConnectException("refused"));
        fails(run, tries(run), new NotServedException(Failure.FAILED, "503"));
        assertInstanceOf(NotAvailableException.class, givesUp(run));
    }

    @Test
    void aServiceThatFailsAltogetherIsAskedLittleMoreThanOneThatDoesNot() {
        hear(null, Map.of(), "a", "b", "c", "d");
        int calls = 40_000;
        int attempts = 0;
        for (int i = 0; i < calls; i++) {
            CallRun run = run(PLAIN.idempotent(true));
            while (run.next(runtime.now) instanceof CallRun.Try go) {
                attempts++;
                fails(run, go.attempt(), new IOException("reset"));
            }
            runtime.now += SECOND / 2_000;
        }
        assertTrue(attempts < 1.2 * calls, attempts + " attempts of " + calls + " calls");
    }

    @Test
    void slavesThatServeNothingDoNotDoubleWhatTheMasterGets() {
        hear(master("a", 1), Map.of(), "a", "b");
        int calls = 40_000;
        int atMaster = 0;
        for (int i = 0; i < calls; i++) {
            CallRun run = run(PLAIN.to(CallOptions.To.SLAVES).idempotent(true));
            while (run.next(runtime.now) instanceof CallRun.Try go) {
                atMaster += go.attempt().endpoint().id().equals("a") ? 1 : 0;
                fails(run, go.attempt(), new NotServedException(Failure.REFUSED, "it is behind"));
            }
            run.cancelled(null, runtime.now);
            runtime.now += SECOND / 2_000;
        }
        assertTrue(atMaster > 0, "it is asked");
        assertTrue(atMaster < 0.2 * calls, atMaster + " attempts at the master for " + calls + " calls");
    }

    @Test
    void whoMayNotWaitAfterATryThatMayHaveHappenedIsNotToldThatNothingHas() {
        kernel = kernel(CallSettings.usual().hold(Duration.ofSeconds(5), 0));
        hear(master("a", 1), Map.of(), "a");
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER).idempotent(true));
        fails(run, tries(run), new IOException("reset"));
        assertInstanceOf(OutcomeUnknownException.class, givesUp(run));
    }

    @Test
    void aMasterThatIsGoneFromTheListCostsNothingOfTheBudget() {
        hear(master("a", 1), Map.of(), "a", "b");
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER));
        fails(run, tries(run), new ConnectException("refused"));
        hear(master("a", 1), Map.of(), "b");
        long left = kernel.budget().left();
        runtime.pass(SECOND / 2);
        holds(run);
        holds(run);
        assertEquals(left, kernel.budget().left());
    }

    @Test
    void noMoreThanSoManyTriesAreSavedUp() {
        RetryBudget budget = new RetryBudget(0, 10_000, 0);
        assertTrue(budget.spend(10 * SECOND));
        assertTrue(budget.left() < 500, budget.left() + " are left");
    }

    @Test
    void aMeaningThatIsNoneIsTheCallersAffair() {
        for (boolean throwsError : new boolean[] {false, true}) {
            kernel = kernel(CallSettings.usual().failure(thrown -> {
                if (throwsError) {
                    throw new AssertionError("a bug");
                }
                return noMeaning();
            }));
            hear(null, Map.of(), "a", "b");
            CallRun run = run(PLAIN.idempotent(true));
            Attempt attempt = tries(run);
            IOException thrown = new IOException("reset");
            fails(run, attempt, thrown);
            assertSame(thrown, givesUp(run));
            assertEquals(0, attempt.target().inFlight());
        }
    }

    @SuppressWarnings("NullAway") // as a caller without annotations does, by a map for example
    private static Failure noMeaning() {
        return Map.<String, Failure>of().get("a reset");
    }

    @Test
    void aLagThatCannotBeToldIsUnknown() {
        hear(master("a", 1), Map.of(), "a", "b");
        kernel.hear(new Directory(++epoch, kernel.directory().endpoints(), master("a", 1), id -> {
            throw new IllegalStateException("a bug");
        }));
        runtime.work();
        CallRun run = run(PLAIN.to(CallOptions.To.SLAVES).staleness(new Bound.Within(Duration.ofMillis(500))));
        assertEquals("b", tries(run).endpoint().id());
    }

    @Test
    void nobodyWaitsLongerThanToTheDeadline() {
        hear(null, Map.of(), "a");
        CallRun run = run(PLAIN.deadlineNanos(SECOND));
        Attempt attempt = tries(run);
        assertEquals(Duration.ofSeconds(1), attempt.timeout());
        runtime.pass(SECOND);
        fails(run, attempt, new ConnectException("refused"));
        assertInstanceOf(NotAvailableException.class, givesUp(run));
    }

    @Test
    void whoeverComesBeforeTheFirstListWaitsForIt() {
        CallRun run = run(PLAIN);
        CallRun.Hold hold = holds(run);
        assertEquals(5 * SECOND, hold.nanos());
        hear(null, Map.of(), "a");
        assertTrue(hold.change().isDone());
        assertEquals("a", tries(run).endpoint().id());
        CallRun never = run(PLAIN);
        hear(null, Map.of());
        holds(never);
        runtime.pass(5 * SECOND);
        assertInstanceOf(NotAvailableException.class, givesUp(never));
    }

    @Test
    void noMoreThanSoManyWait() {
        kernel = kernel(CallSettings.usual().hold(Duration.ofSeconds(5), 1));
        CallRun first = run(PLAIN);
        holds(first);
        assertInstanceOf(OverloadedException.class, givesUp(run(PLAIN)));
        first.cancelled(null, runtime.now);
        holds(run(PLAIN));
    }

    @Test
    void aCallToTheMasterFollowsTheAnnouncement() {
        hear(master("a", 1), Map.of(), "a", "b", "c");
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER));
        Attempt first = tries(run);
        assertEquals("a", first.endpoint().id());
        assertEquals(Map.of(RoutingHeaders.FENCE, "1"), first.headers());
        fails(run, first, new ConnectException("refused"));
        CallRun.Hold hold = holds(run);
        hear(master("b", 2), Map.of(), "b", "c"); // no time has passed
        assertTrue(hold.change().isDone());
        Attempt second = tries(run);
        assertEquals("b", second.endpoint().id());
        assertEquals(Map.of(RoutingHeaders.FENCE, "2"), second.headers());
    }

    @Test
    void listsThatGoBackAndForthAreTakenOverInOrder() {
        hear(null, Map.of(), "a");
        List<Endpoint> both = List.of(Endpoint.of("a", "http://a"), Endpoint.of("b", "http://b"));
        kernel.hear(Directory.of(++epoch, both));
        hear(master("a", 1), Map.of(), "a"); // before the balancer has looked at the other one
        assertEquals(1, kernel.balancer().explain().endpoints().size());
        assertEquals("a", tries(run(PLAIN.to(CallOptions.To.MASTER))).endpoint().id());
        kernel.hear(Directory.of(++epoch, both));
        kernel.hear(new Directory(++epoch, both, master("b", 2), id -> -1));
        assertEquals(1, kernel.directory().endpoints().size()); // a master counts when picks go by its endpoint
        runtime.work();
        assertEquals("b", tries(run(PLAIN.to(CallOptions.To.MASTER))).endpoint().id());
    }

    @Test
    void theSameMasterIsTriedAgainMoreAndMoreSeldom() {
        hear(master("a", 1), Map.of(), "a", "b");
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER));
        fails(run, tries(run), new ConnectException("refused"));
        CallRun.Hold hold = holds(run);
        assertEquals(SECOND / 2, hold.nanos());
        runtime.pass(hold.nanos());
        fails(run, tries(run), new ConnectException("refused"));
        assertEquals(SECOND, holds(run).nanos());
        runtime.pass(SECOND);
        run.succeeded(tries(run), runtime.now);
    }

    @Test
    void aMasterThatIsOutAsAnOutlierIsAskedAllTheSame() {
        hear(master("a", 1), Map.of(), "a", "b", "c");
        for (int i = 0; i < 10; i++) {
            Target target = kernel.balancer().beginAt("a");
            kernel.balancer().end(Objects.requireNonNull(target), 1, Outcome.FAILURE);
            runtime.pass(SECOND / 10);
        }
        assertTrue(kernel.balancer().explain().endpoints().get(0).is(Reason.EJECTED));
        assertEquals("a", tries(run(PLAIN.to(CallOptions.To.MASTER))).endpoint().id());
    }

    @Test
    void aMasterThatPicksKnowNoMoreIsWaitedFor() {
        hear(master("a", 1), Map.of(), "a", "b");
        kernel.balancer().update(List.of(Endpoint.of("b", "http://b")), ++epoch); // the directory follows later
        runtime.work();
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER));
        holds(run);
        hear(master("b", 2), Map.of(), "b");
        run.succeeded(tries(run), runtime.now);
    }

    @Test
    void noMasterWithinTheHold() {
        hear(null, Map.of(), "a", "b");
        CallRun run = run(PLAIN.to(CallOptions.To.MASTER));
        holds(run);
        runtime.pass(5 * SECOND);
        Throwable cause = givesUp(run);
        assertTrue(String.valueOf(cause.getMessage()).contains("no master was announced"), cause.getMessage());
    }

    @Test
    void slavesThatAreTooFarBehindAreNotAskedAndTheMasterIsIfThereIsNoOther() {
        hear(master("a", 1), Map.of("b", 0L, "c", 3 * SECOND), "a", "b", "c");
        CallOptions options =
                PLAIN.to(CallOptions.To.SLAVES).idempotent(true).staleness(new Bound.Within(Duration.ofMillis(500)));
        for (int i = 0; i < 30; i++) {
            CallRun run = run(options);
            Attempt attempt = tries(run);
            assertEquals("b", attempt.endpoint().id());
            assertEquals(Map.of(RoutingHeaders.MAX_LAG, "500"), attempt.headers());
            run.succeeded(attempt, runtime.now);
        }
        CallRun run = run(options);
        fails(run, tries(run), new NotServedException(Failure.REFUSED, "it is behind"));
        Attempt atMaster = tries(run);
        assertEquals("a", atMaster.endpoint().id());
        assertEquals(Map.of(RoutingHeaders.FENCE, "1"), atMaster.headers());
    }

    @Test
    void withoutABoundEverySlaveIsAskedAndNeverTheMaster() {
        hear(master("a", 1), Map.of(), "a", "b", "c");
        Set<String> asked = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            CallRun run = run(PLAIN.to(CallOptions.To.SLAVES));
            Attempt attempt = tries(run);
            asked.add(attempt.endpoint().id());
            assertNull(attempt.fence());
            run.succeeded(attempt, runtime.now);
        }
        assertEquals(Set.of("b", "c"), asked);
    }

    @Test
    void aSessionsWritesTravelWithItsReads() {
        hear(master("a", 1), Map.of(), "a", "b");
        ReadSession session = ReadSession.begin();
        CallRun write = run(PLAIN.to(CallOptions.To.MASTER).session(session));
        Attempt wrote = tries(write);
        assertEquals(Set.of(RoutingHeaders.FENCE), wrote.headers().keySet());
        wrote.reached("17");
        wrote.reached("nonsense");
        Attempt read = tries(run(PLAIN.to(CallOptions.To.SLAVES).session(ReadSession.of(session.token()))));
        assertEquals(Map.of(RoutingHeaders.AT_LEAST, "17"), read.headers());
    }

    @Test
    void metersCount() {
        kernel.close();
        kernel = new CallKernel(
                new Balancer.Identity("shop", "web-1", "http"),
                BalancerSettings.of(Algorithm.roundRobin()),
                CallSettings.usual(),
                runtime,
                registry);
        hear(null, Map.of(), "a", "b");
        CallRun run = run(PLAIN);
        fails(run, tries(run), new ConnectException("refused"));
        run.succeeded(tries(run), runtime.now);
        holds(run(PLAIN.to(CallOptions.To.MASTER)));
        assertEquals(
                1,
                registry.get("holdfast.loadbalance.calls")
                        .tag("outcome", "served")
                        .counter()
                        .count());
        assertEquals(
                1,
                registry.get("holdfast.loadbalance.retries")
                        .tag("reason", "not_sent")
                        .counter()
                        .count());
        assertEquals(1, registry.get("holdfast.loadbalance.waiting").gauge().value());
        kernel.close();
        assertEquals(List.of(), registry.getMeters());
    }
}
