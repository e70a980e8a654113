package io.holdfast.autoscale.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.LoadHistory;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.ScalingRate;
import io.holdfast.autoscale.ScalingView;
import io.holdfast.autoscale.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SizingTest {
    private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
    private static final ScalingLimits NONE = ScalingLimits.usual()
            .stabilization(Duration.ZERO, Duration.ZERO)
            .rate(ScalingRate.nodes(1000, Duration.ofSeconds(1)), ScalingRate.nodes(1000, Duration.ofSeconds(1)))
            .coolDown(Duration.ZERO, Duration.ZERO)
            .flappingWindow(Duration.ZERO);

    private int second;
    private int wanted = 5;
    private int warming;
    private Wish wish = Wish.nodes("fixed", 5, "so");
    private SizingMemory memory = SizingMemory.EMPTY;

    /** Decides at the next second of these, and does it. */
    private SizingDecision decide(int at, ScalingLimits limits, ScalingPolicy... more) {
        second = at;
        List<ScalingPolicy> policies = new ArrayList<>(List.of(more));
        policies.add(view -> wish);
        LoadSnapshot snapshot = new LoadSnapshot(
                START.plusSeconds(second), wanted, wanted - warming, warming, Map.<String, Metric>of());
        SizingDecision decision = new Sizing(new SizingConfig(policies, 2, 20, limits))
                .decide(new LoadHistory(List.of(snapshot)), memory);
        memory = decision.next().changed(snapshot.at(), wanted, decision.nodes());
        wanted = decision.nodes();
        return decision;
    }

    private void wish(int nodes) {
        wish = Wish.nodes("fixed", nodes, "so");
    }

    @Test
    void theLargestWishCounts() {
        wish(7);
        SizingDecision decision = decide(0, NONE, view -> Wish.nodes("other", 9, "more"), view -> Wish.none("no", "-"));
        assertEquals(9, decision.nodes());
        assertEquals(
                List.of("other", "no", "fixed"),
                decision.wishes().stream().map(Wish::policy).toList());
        assertTrue(
                decision.reason().startsWith("grow to 9; other: 9 nodes, more; no: NONE, -; fixed: 7 nodes"),
                decision.reason());
    }

    @Test
    void boundsAreKept() {
        wish(50);
        SizingDecision most = decide(0, NONE);
        assertEquals(20, most.nodes());
        assertEquals(List.of("20 nodes are the most there may be"), most.limits());
        wish(0);
        decide(10, NONE);
        assertEquals(2, wanted);
        wanted = 1;
        wish(1);
        assertEquals(2, decide(20, NONE).nodes(), "also where there were too few");
        wanted = 30;
        assertEquals(20, decide(30, ScalingLimits.usual()).nodes(), "or too many, whatever limits say");
    }

    @Test
    void ifNobodyHasAnOpinionThereAreAsFewAsMayBe() {
        wish = Wish.none("schedule", "no time of it");
        assertEquals(2, decide(0, NONE).nodes());
    }

    @Test
    void whoCannotTellBlocksScalingInAndNotOut() {
        ScalingPolicy lost = view -> Wish.unknown("lost", "no samples");
        wish(3);
        SizingDecision blocked = decide(0, NONE, lost);
        assertEquals(5, blocked.nodes());
        assertEquals(List.of("no node is taken away while a policy cannot tell"), blocked.limits());
        wish(8);
        assertEquals(8, decide(10, NONE, lost).nodes());
    }

    @Test
    void aPolicyThatFailsCannotTell() {
        wish(3);
        SizingDecision decision = decide(0, NONE, view -> {
            throw new IllegalStateException("broken");
        });
        assertEquals(5, decision.nodes());
        assertEquals(Wish.Kind.UNKNOWN, decision.wishes().get(0).kind());
        assertTrue(decision.wishes().get(0).reason().contains("broken"), decision.reason());
    }

    @Test
    void aWishForFewerLastsAsLongAsItsWindow() {
        ScalingLimits limits = NONE.stabilization(Duration.ZERO, Duration.ofSeconds(100));
        decide(0, limits);
        wish(4);
        assertEquals(5, decide(50, limits).nodes());
        wish(3);
        assertEquals(5, decide(99, limits).nodes(), "a wish for five is not yet a hundred seconds old");
        assertEquals(4, decide(100, limits).nodes(), "the largest since then");
        assertEquals(4, decide(149, limits).nodes());
        assertEquals(3, decide(150, limits).nodes());
    }

    @Test
    void aWishForMoreLastsAsLongAsItsWindow() {
        ScalingLimits limits = NONE.stabilization(Duration.ofSeconds(30), Duration.ZERO);
        decide(0, limits);
        wish(9);
        assertEquals(5, decide(20, limits).nodes());
        wish(7);
        assertEquals(7, decide(31, limits).nodes(), "the smallest of half a minute");
    }

    @Test
    void aNewDeciderWithoutMemoryTakesNothingAwayAtOnce() {
        wish(2);
        ScalingLimits limits = NONE.stabilization(Duration.ZERO, Duration.ofSeconds(100));
        assertEquals(5, decide(0, limits).nodes());
        assertEquals(5, decide(99, limits).nodes());
        assertEquals(2, decide(100, limits).nodes());
    }

    @Test
    void nodesComeAsFastAsTheirRate() {
        ScalingLimits limits = NONE.rate(
                ScalingRate.larger(4, 100, Duration.ofSeconds(15)), ScalingRate.nodes(1000, Duration.ofSeconds(1)));
        wanted = 2;
        wish(20);
        SizingDecision first = decide(0, limits);
        assertEquals(6, first.nodes(), "four more are more than twice two");
        assertTrue(
                first.limits().get(0).startsWith("6 instead of 20 nodes: at most the larger of 4 nodes and 100 %"),
                first.reason());
        assertEquals(6, decide(14, limits).nodes(), "the period is not over");
        assertEquals(12, decide(15, limits).nodes(), "twice as many");
        assertEquals(20, decide(30, limits).nodes());
    }

    @Test
    void nodesGoAsFastAsTheirRate() {
        ScalingLimits limits = NONE.rate(
                ScalingRate.nodes(1000, Duration.ofSeconds(1)), ScalingRate.smaller(3, 10, Duration.ofSeconds(60)));
        wanted = 20;
        wish(2);
        assertEquals(18, decide(0, limits).nodes(), "a tenth is fewer than three");
        assertEquals(18, decide(59, limits).nodes());
        assertEquals(16, decide(60, limits).nodes());
        wanted = 4;
        assertEquals(3, decide(200, limits).nodes(), "one at least");
    }

    @Test
    void afterAChangeItCoolsDown() {
        ScalingLimits limits = NONE.coolDown(Duration.ofSeconds(20), Duration.ofSeconds(60));
        wish(8);
        assertEquals(8, decide(0, limits).nodes());
        wish(10);
        SizingDecision hot = decide(19, limits);
        assertEquals(8, hot.nodes());
        assertEquals(List.of("8 instead of 10 nodes: none is added within 20 s of a change"), hot.limits());
        wish(3);
        assertEquals(8, decide(59, limits).nodes());
        assertEquals(3, decide(60, limits).nodes());
    }

    @Test
    void nobodyGoesWhileThoseThatWereOrderedAreOnTheirWay() {
        wish(8);
        decide(0, NONE);
        warming = 3;
        wish(3);
        SizingDecision waiting = decide(100, NONE);
        assertEquals(8, waiting.nodes());
        assertEquals(List.of("8 instead of 3 nodes: none is taken away while 3 are on their way"), waiting.limits());
        assertEquals(3, decide(121, NONE).nodes(), "twice the time that a start takes: they may never come");
    }

    @Test
    void whoGoesToAndFroIsHeldLonger() {
        ScalingLimits limits =
                NONE.stabilization(Duration.ZERO, Duration.ofSeconds(60)).flappingWindow(Duration.ofMinutes(30));
        decide(0, limits);
        wish(3);
        decide(61, limits);
        assertEquals(3, wanted);
        wish(5);
        decide(70, limits);
        assertEquals(5, wanted, "what was taken away was missed");
        wish(3);
        decide(131, limits);
        assertEquals(5, wanted, "a minute is not enough now");
        SizingDecision held = decide(189, limits);
        assertTrue(
                held.limits().get(0).contains("120 s counts, which is longer since sizes went to and fro"),
                held.reason());
        assertEquals(3, decide(190, limits).nodes());
    }

    @Test
    void measuredStartsAreWhatPoliciesSee() {
        Duration[] seen = new Duration[1];
        ScalingPolicy watching = view -> {
            seen[0] = view.startUp();
            return Wish.none("watching", "");
        };
        decide(0, NONE.startUp(Duration.ofSeconds(45)), watching);
        assertEquals(Duration.ofSeconds(45), seen[0]);
        memory = memory.started(Duration.ofSeconds(80)).started(Duration.ofSeconds(90));
        decide(10, NONE, watching);
        assertEquals(Duration.ofSeconds(80), seen[0]);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        ScalingPolicy any = view -> wish;
        assertThrows(IllegalArgumentException.class, () -> new SizingConfig(List.of(), 1, 2, NONE));
        assertThrows(IllegalArgumentException.class, () -> new SizingConfig(List.of(any), 3, 2, NONE));
        assertThrows(IllegalArgumentException.class, () -> new SizingConfig(List.of(any), 0, 0, NONE));
        assertThrows(IllegalArgumentException.class, () -> NONE.startUp(Duration.ofDays(1)));
        assertThrows(IllegalArgumentException.class, () -> NONE.coolDown(Duration.ofSeconds(-1), Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> ScalingRate.nodes(0, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> ScalingRate.nodes(1, Duration.ZERO));
    }

    /** Users' code may fail in any way, and the others decide. */
    @Test
    void aPolicyThatFailsInWhateverWayCannotTell() {
        ScalingPolicy missing = view -> {
            throw new NoSuchMethodError("com.example.Forecast.next()");
        };
        ScalingPolicy endless = view -> {
            throw new StackOverflowError();
        };
        ScalingPolicy nothing = view -> null;
        ScalingPolicy unnamed = view -> Wish.nodes(null, 3, "so");
        ScalingPolicy mute = view -> Wish.nodes("mute", 3, null);
        ScalingPolicy speechless = new ScalingPolicy() {
            @Override
            public Wish wish(ScalingView view) {
                throw new IllegalStateException("it broke");
            }

            @Override
            public String toString() {
                throw new IllegalStateException("it broke");
            }
        };
        SizingDecision decision = decide(0, NONE, missing, endless, nothing, unnamed, mute, speechless);
        assertEquals(
                List.of(6L, 1L),
                List.of(
                        decision.wishes().stream()
                                .filter(wish -> wish.kind() == Wish.Kind.UNKNOWN)
                                .count(),
                        decision.wishes().stream()
                                .filter(wish -> wish.kind() == Wish.Kind.NODES)
                                .count()));
        assertTrue(decision.reason().contains("NoSuchMethodError"), decision.reason());

        ScalingPolicy broken = view -> {
            throw new OutOfMemoryError("no more");
        };
        assertThrows(OutOfMemoryError.class, () -> decide(1, NONE, broken));
    }
}
