package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.testing.LogCapture;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One node's standing for one role; time, loop and engine are the test's. */
class TenureTest {
    private static final long MS = 1_000_000L;
    private static final long STOP_WITHIN = 500 * MS;

    private final List<String> events = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ArrayDeque<Runnable> callbacks = new ArrayDeque<>();
    private long now = -5_000 * MS; // a monotonic clock may begin anywhere
    private boolean throwsAtBegin;
    private boolean throwsAtEnd;
    private boolean endsByReturning;
    private Grant lastGrant = new Grant("r", new FencingToken(0), clock(), 0);

    private Clock clock() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return now;
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
    }

    private final ElectionEngine engine = new ElectionEngine() {
        @Override
        public Candidacy campaign(Campaign campaign, Listener listener) {
            events.add("stands " + campaign.role() + " " + campaign.priority());
            return new Candidacy() {
                @Override
                public void release(String to, long pauseNanos) {
                    events.add("release '" + to + "' " + pauseNanos / MS);
                }

                @Override
                public void withdraw() {
                    events.add("withdraw");
                }

                @Override
                public String whyNot(String to) {
                    return "";
                }
            };
        }

        @Override
        public Optional<RoleHolder> holder(String role) {
            return Optional.empty();
        }

        @Override
        public Guarantees guarantees(String role) {
            throw new UnsupportedOperationException();
        }
    };

    private final Duty duty = new Duty() {
        @Override
        public void begin(Grant grant) {
            lastGrant = grant;
            events.add("begin " + grant.token() + (grant.isValid() ? "" : " too late"));
            if (throwsAtBegin) {
                throw new IllegalStateException("no");
            }
        }

        @Override
        public void end(String reason) {
            events.add("end: " + reason);
            if (throwsAtEnd) {
                throw new IllegalStateException("cannot stop");
            }
        }

        @Override
        public boolean endsByReturning() {
            return endsByReturning;
        }
    };

    private Tenure tenure(Duty with) {
        return new Tenure(
                "a",
                "r",
                with,
                STOP_WITHIN,
                false,
                clock(),
                Runnable::run,
                callbacks::add,
                new TenureMeters(registry, "shop", "a", "r", new EventFeed("a", null)),
                unwatched());
    }

    /** These tests look at the time themselves; a watchdog's thread would do so at moments of its own. */
    private TenureWatch unwatched() {
        TenureWatch watch = new TenureWatch("a", clock(), null);
        watch.close();
        return watch;
    }

    private Tenure standing() {
        Tenure tenure = tenure(duty);
        tenure.campaign(engine, 3);
        return tenure;
    }

    private void runCallbacks() {
        for (Runnable next = callbacks.poll(); next != null; next = callbacks.poll()) {
            next.run();
        }
    }

    private List<String> told() {
        List<String> all = List.copyOf(events);
        events.clear();
        return all;
    }

    private static FencingToken token(long number) {
        return FencingToken.of(0, number);
    }

    private double count(String name) {
        return registry.get("holdfast.role." + name).counter().count();
    }

    @Test
    void aGrantBeginsAndARevocationEndsIt() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        assertEquals(1, registry.get("holdfast.role.held").gauge().value());
        runCallbacks();
        tenure.revoked("lost");
        assertFalse(lastGrant.isValid(), "at once, before any callback");
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: lost"), told());
        assertEquals(0, registry.get("holdfast.role.held").gauge().value());
    }

    @Test
    void aGrantThatIsNotRenewedEndsByItself() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        now += 90 * MS;
        tenure.extended(now + 100 * MS);
        now += 99 * MS;
        tenure.check();
        assertTrue(lastGrant.isValid());
        now += MS;
        assertFalse(lastGrant.isValid(), "nobody needs to look");
        tenure.check();
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: it could not be renewed in time", "release '' 0"), told());
        assertEquals(1, count("lapses"));
    }

    @Test
    void anExtensionNeverShortens() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.extended(now + 50 * MS);
        now += 60 * MS;
        assertTrue(lastGrant.isValid());
    }

    @Test
    void aHandOverIsReleasedAfterTheCallbacksHaveReturned() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.handOverWanted("b", "b is healthier");
        assertEquals(List.of("stands r 3", "begin 7"), told());
        runCallbacks();
        assertEquals(List.of("end: b is healthier", "release 'b' 0"), told());
    }

    @Test
    void theNextGrantBeginsWhenTheCallbacksOfTheOneBeforeHaveReturned() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.revoked("lost");
        tenure.granted(token(8), now + 100 * MS);
        assertEquals(List.of("stands r 3", "begin 7"), told());
        runCallbacks();
        assertEquals(List.of("end: lost", "begin 8"), told());
    }

    @Test
    void aGrantThatRunsOutWhileItWaitsIsGivenBack() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.revoked("lost");
        tenure.granted(token(8), now + 100 * MS);
        now += 200 * MS;
        tenure.check(); // the callbacks do not hang, they are within stopWithin: no reason for a pause
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: lost", "release '' 0"), told());
    }

    @Test
    void aGrantThatEndsBeforeItsCallbackBeganIsNotTold() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        tenure.revoked("lost");
        runCallbacks();
        assertEquals(List.of("stands r 3"), told());
    }

    @Test
    void aGrantThatRanOutBeforeTheExecutorCameToItsCallbackIsNotTold() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        now += 100 * MS; // nobody has looked yet
        runCallbacks();
        assertEquals(List.of("stands r 3", "release '' 0"), told());
        assertEquals(1, count("lapses"));
    }

    @Test
    void aCallbackThatThrowsGivesTheRoleUpAndPausesLongerEachTime() {
        throwsAtBegin = true;
        Tenure tenure = standing();
        try (LogCapture log = LogCapture.of(Tenure.class.getName())) {
            tenure.granted(token(7), now + 100 * MS);
            runCallbacks();
            assertTrue(
                    log.messages(Level.ERROR).toString().contains("a: the callback of role r threw"),
                    log.messages(Level.ERROR).toString());
        }
        String end = "end: its callback threw java.lang.IllegalStateException: no";
        assertEquals(List.of("stands r 3", "begin 7", end, "release '' 1000"), told());
        tenure.granted(token(8), now + 5_000 * MS);
        runCallbacks();
        assertEquals(List.of(), told(), "the pause counts here, too");
        now += 1_000 * MS;
        tenure.check();
        runCallbacks();
        assertEquals(List.of("begin 8", end, "release '' 2000"), told());
        assertEquals(2, count("failures"));
        throwsAtBegin = false;
        now += 2_000 * MS;
        tenure.granted(token(9), now + 100 * MS);
        runCallbacks();
        tenure.revoked("lost");
        runCallbacks();
        assertEquals(List.of("begin 9", "end: lost"), told());
    }

    @Test
    void oneThatThrowsAtTheEndIsToldAndTheRoleIsGivenBackAllTheSame() {
        throwsAtEnd = true;
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        try (LogCapture log = LogCapture.of(Tenure.class.getName())) {
            tenure.handOverWanted("b", "b is healthier");
            runCallbacks();
            assertEquals(
                    List.of("a: the callback for the end of role r threw; the role counts as given up"),
                    log.messages(Level.ERROR));
            assertTrue(log.stackOf("threw").contains("cannot stop"), log.stackOf("threw"));
        }
        assertEquals(List.of("stands r 3", "begin 7", "end: b is healthier", "release 'b' 0"), told());
        assertEquals(1, count("failures"));
        assertEquals(0, registry.get("holdfast.role.held").gauge().value());
        assertTrue(tenure.isIdle());
        tenure.granted(token(8), now + 100 * MS); // it stands as before
        runCallbacks();
        assertEquals(List.of("begin 8"), told());
    }

    @Test
    void aTaskThatReturnsGivesTheRoleUpForASecond() {
        endsByReturning = true;
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: its callback returned", "release '' 1000"), told());
    }

    @Test
    void stoppingEndsTheCallbacksAndThenWithdraws() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.stop("the node stops", () -> events.add("stopped"));
        assertEquals(List.of("stands r 3", "begin 7"), told());
        runCallbacks();
        assertEquals(List.of("end: the node stops", "withdraw", "stopped"), told());
        tenure.granted(token(8), now + 100 * MS);
        runCallbacks();
        assertEquals(List.of(), told());
    }

    @Test
    void anInterruptEndsATaskAndIsGoneAfterwards() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        boolean[] interruptLeft = {true};
        Tenure tenure = new Tenure(
                "a",
                "r",
                new Duty() {
                    @Override
                    public void begin(Grant grant) throws InterruptedException {
                        inside.countDown();
                        new CountDownLatch(1).await();
                    }

                    @Override
                    public void end(String reason) {
                        interruptLeft[0] = Thread.currentThread().isInterrupted();
                        ended.countDown();
                    }

                    @Override
                    public boolean endsByReturning() {
                        return false;
                    }
                },
                STOP_WITHIN,
                false,
                clock(),
                Runnable::run,
                thread,
                new TenureMeters(registry, "shop", "a", "r", new EventFeed("a", null)),
                unwatched());
        tenure.campaign(engine, 0);
        tenure.granted(token(7), now + 100 * MS);
        assertTrue(inside.await(30, TimeUnit.SECONDS));
        tenure.revoked("lost");
        assertTrue(ended.await(30, TimeUnit.SECONDS));
        assertFalse(interruptLeft[0]);
        thread.shutdown();
        assertTrue(thread.awaitTermination(30, TimeUnit.SECONDS));
    }

    @Test
    void whatHasLapsedIsNotRevived() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        now += 150 * MS; // and nobody looked
        tenure.extended(now + 100 * MS);
        assertFalse(lastGrant.isValid());
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: it could not be renewed in time", "release '' 0"), told());
    }

    @Test
    void stopWithinCountsFromTheEndOfTheGrantAndNotFromWhenItWasNoticed() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        now += 100 * MS + STOP_WITHIN; // the process stood still
        tenure.check();
        tenure.check();
        assertEquals(1, count("overruns"));
    }

    @Test
    void aProcessThatStoodStillDoesNotStandAsideForIt() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        now += 100 * MS + STOP_WITHIN;
        tenure.check(); // the watchdog is the first to wake
        tenure.check();
        assertEquals(now + STOP_WITHIN, tenure.dueNanos());
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: it could not be renewed in time", "release '' 0"), told());
    }

    @Test
    void ifItsCallbacksHangFromThenOnItDoes() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        now += 100 * MS + STOP_WITHIN;
        tenure.check();
        tenure.check();
        now += STOP_WITHIN;
        tenure.check();
        assertEquals(1, count("overruns"));
        assertEquals(List.of("stands r 3", "begin 7", "release '' 60000"), told());
    }

    @Test
    void aRoleWhoseCallbacksHangIsGivenBackWhenTheirTimeIsOver() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.handOverWanted("b", "b is healthier");
        now += STOP_WITHIN;
        tenure.check();
        assertEquals(List.of("stands r 3", "begin 7", "release 'b' 60000"), told());
        runCallbacks();
        assertEquals(List.of("end: b is healthier"), told(), "and not again");
    }

    @Test
    void stoppingTwiceTellsBoth() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.stop("the node stops", () -> events.add("stopped"));
        tenure.stop("its candidacy was closed", () -> events.add("closed"));
        runCallbacks();
        assertTrue(events.containsAll(List.of("stopped", "closed")), events.toString());
    }

    @Test
    void anOverrunIsToldOnceWithWhereTheCallbackIs() {
        Tenure tenure = standing();
        tenure.granted(token(7), now + 100 * MS);
        runCallbacks();
        tenure.revoked("lost");
        try (LogCapture log = LogCapture.of(Tenure.class.getName())) {
            now += STOP_WITHIN - 1;
            tenure.check();
            assertEquals(0, count("overruns"));
            now += 1;
            tenure.check();
            tenure.check();
            assertTrue(
                    log.messages(Level.ERROR).toString().contains("only the fencing token keeps the two apart"),
                    log.messages(Level.ERROR).toString());
        }
        assertEquals(1, count("overruns"));
        runCallbacks();
        assertEquals(List.of("stands r 3", "begin 7", "end: lost"), told());
    }
}
