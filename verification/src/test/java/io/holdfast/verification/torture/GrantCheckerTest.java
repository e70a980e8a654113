package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Times are milliseconds here; a lease is 500, and who wakes has 200. */
class GrantCheckerTest {
    private final GrantChecker checker = new GrantChecker(500, 200);

    private static GrantEvent granted(long time, String node, long token) {
        return GrantEvent.granted(time, node, "invoices", token);
    }

    private static GrantEvent handedOver(long time, String node, long token) {
        return GrantEvent.ended(time, node, "invoices", token, true, false);
    }

    private static GrantEvent lost(long time, String node, long token) {
        return GrantEvent.ended(time, node, "invoices", token, false, false);
    }

    private static GrantEvent mark(long time, String node, String what) {
        return GrantEvent.mark(time, node, what);
    }

    private void assertGood(GrantEvent... events) {
        assertEquals(List.of(), checker.check(List.of(events)).violations());
    }

    private void assertBad(String what, GrantEvent... events) {
        List<String> violations = checker.check(List.of(events)).violations();
        assertEquals(1, violations.size(), violations.toString());
        assertTrue(violations.get(0).contains(what), violations.toString());
    }

    @Test
    void oneAfterTheOtherIsGood() {
        assertGood(granted(0, "a", 1), handedOver(100, "a", 1), granted(101, "b", 2), lost(900, "b", 2));
    }

    @Test
    void whatAnOrderlyHandOverOverlapsIsBadAlsoIfTheHolderWasStopped() {
        assertBad(
                "two at once",
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                handedOver(810, "a", 1));
    }

    @Test
    void anOverlapWithoutAReasonIsBad() {
        assertBad("two at once", granted(0, "a", 1), granted(500, "b", 2), lost(501, "a", 1));
    }

    @Test
    void anOverlapOfAHolderThatStoodStillPastItsLeaseIsExplained() {
        GrantChecker.Result result = checker.check(List.of(
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                lost(810, "a", 1)));
        assertEquals(List.of(), result.violations());
        assertEquals(1, result.overlaps());
    }

    @Test
    void aStopShorterThanTheLeaseExplainsNothing() {
        assertBad(
                "two at once",
                granted(0, "a", 1),
                mark(600, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                lost(810, "a", 1));
    }

    @Test
    void whoGoesOnForLongAfterItWokeIsBad() {
        assertBad(
                "two at once",
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                lost(1_100, "a", 1));
    }

    @Test
    void anOverrunIsExplained() {
        assertGood(
                granted(0, "a", 1),
                granted(500, "b", 2),
                GrantEvent.ended(900, "a", "invoices", 1, false, true),
                lost(1_000, "b", 2));
    }

    /** It was to end, and its stopWithin passed, so another was granted; then it was killed, and never said that it ended. */
    @Test
    void anOverrunOfAHolderThatIsKilledInItsMidstIsExplained() {
        assertGood(
                granted(0, "a", 1),
                GrantEvent.overruns(400, "a", "invoices", 1),
                granted(500, "b", 2),
                mark(600, "a", GrantEvent.KILLED),
                lost(1_000, "b", 2));
        assertBad(
                "two at once",
                granted(0, "a", 1),
                GrantEvent.overruns(100, "a", "invoices", 1),
                GrantEvent.ended(200, "a", "invoices", 1, false, true),
                granted(300, "a", 2),
                granted(500, "b", 3),
                mark(600, "a", GrantEvent.KILLED));
        assertBad("had not begun", GrantEvent.overruns(100, "a", "invoices", 1));
    }

    @Test
    void whoIsStoppedAgainAsSoonAsItWakesCannotEndBeforeItWakesForGood() {
        GrantChecker.Result result = checker.check(List.of(
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                mark(900, "a", GrantEvent.STOPPED),
                mark(2_000, "a", GrantEvent.CONTINUED),
                lost(2_050, "a", 1)));
        assertEquals(List.of(), result.violations());
        assertEquals(1, result.overlaps());
    }

    @Test
    void whoRunsForTooLongBetweenTwoStopsIsBad() {
        assertBad(
                "two at once",
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                granted(700, "b", 2),
                mark(800, "a", GrantEvent.CONTINUED),
                mark(950, "a", GrantEvent.STOPPED),
                mark(2_000, "a", GrantEvent.CONTINUED),
                lost(2_100, "a", 1));
    }

    @Test
    void shortStopsCountAsOneIfThereIsNextToNothingBetweenThem() {
        assertGood(
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                mark(350, "a", GrantEvent.CONTINUED),
                mark(360, "a", GrantEvent.STOPPED),
                granted(600, "b", 2),
                mark(650, "a", GrantEvent.CONTINUED),
                lost(700, "a", 1));
        assertBad(
                "two at once",
                granted(0, "a", 1),
                mark(50, "a", GrantEvent.STOPPED),
                mark(350, "a", GrantEvent.CONTINUED),
                mark(400, "a", GrantEvent.STOPPED),
                granted(600, "b", 2),
                mark(650, "a", GrantEvent.CONTINUED),
                lost(700, "a", 1));
    }

    @Test
    void aKilledHolderEndsWithItsProcess() {
        assertGood(granted(0, "a", 1), mark(300, "a", GrantEvent.KILLED), granted(301, "b", 2), lost(400, "b", 2));
        assertBad("two at once", granted(0, "a", 1), granted(299, "b", 2), mark(300, "a", GrantEvent.KILLED));
    }

    @Test
    void tokensRise() {
        assertBad("a lower token", granted(0, "a", 2), lost(1, "a", 2), granted(2, "b", 1), lost(3, "b", 1));
        assertBad("the same token", granted(0, "a", 2), lost(1, "a", 2), granted(2, "b", 2), lost(3, "b", 2));
    }

    @Test
    void rolesDoNotConcernEachOther() {
        assertGood(granted(0, "a", 1), GrantEvent.granted(1, "b", "reports", 1));
    }

    @Test
    void theStoreTakesNoLowerTokenAfterAHigherOne() {
        assertGood(
                GrantEvent.write(0, "a", "invoices", 1, true),
                GrantEvent.write(1, "b", "invoices", 2, true),
                GrantEvent.write(2, "a", "invoices", 1, false));
        assertBad(
                "the store took",
                GrantEvent.write(0, "b", "invoices", 2, true),
                GrantEvent.write(1, "a", "invoices", 1, true));
        assertBad("the store refused", GrantEvent.write(0, "b", "invoices", 2, false));
    }

    @Test
    void eventsAreTheSameAfterTheFile() {
        for (GrantEvent event : List.of(
                granted(1, "a", 7),
                GrantEvent.overruns(2, "a", "invoices", 7),
                GrantEvent.ended(2, "a", "invoices", 7, true, true),
                mark(3, "a", GrantEvent.STOPPED))) {
            assertEquals(event, GrantEvent.fromJson(event.toJson()));
        }
    }
}
