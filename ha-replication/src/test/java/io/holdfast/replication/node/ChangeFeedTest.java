package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Clock;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import io.holdfast.replication.structures.ChangeRing;
import io.holdfast.replication.structures.MapChange;
import io.holdfast.replication.structures.WatchPage;
import io.holdfast.replication.structures.WatchQuestion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeFeedTest {
    private static final long SECOND = 1_000_000_000L;

    private long now;
    private long applied;

    private final ChangeFeed feed = new ChangeFeed(
            new Clock() {
                @Override
                public long nanoTime() {
                    return now;
                }

                @Override
                public long wallMillis() {
                    throw new UnsupportedOperationException();
                }
            },
            () -> applied);

    /** What it was told, as "id: keys>next". */
    private static final class Asker implements Responder {
        private final List<String> told = new ArrayList<>();

        @Override
        public void read(long request, Outcome outcome, byte[] answer) {
            if (outcome != Outcome.APPLIED) {
                told.add(request + ": " + outcome);
                return;
            }
            WatchPage page = WatchPage.read(answer);
            StringBuilder text = new StringBuilder(request + ":");
            page.changes().forEach(event -> text.append(' ').append(new String(event.key(), StandardCharsets.UTF_8)));
            told.add(text.append(page.tooOld() ? " too old" : " >" + page.nextIndex())
                    .toString());
        }

        @Override
        public void answer(long session, long sequence, Outcome outcome, byte[] answer) {}

        @Override
        public void opened(long request, long session) {}

        @Override
        public void reached(long index) {}

        @Override
        public void flush() {}
    }

    private final Asker asker = new Asker();

    private static ByteBuffer name(String map) {
        return ByteBuffer.wrap(map.getBytes(StandardCharsets.UTF_8));
    }

    private void ask(Asker who, long id, String map, long from) {
        feed.ask(new WatchQuestion(name(map), from, 0, 1_000, 1_000).encode(), who, id);
    }

    private void put(String map, long index, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        feed.changed(new MapChange(index, MapChange.PUT, name(map), bytes, bytes));
    }

    private void applied(long index) {
        applied = index;
        feed.applied();
    }

    @Test
    void whatIsThereIsAnsweredAtOnceAndWhatComesWhenItIsApplied() {
        put("m", 1, "a");
        applied(1);
        ask(asker, 1, "m", 1);
        assertEquals(List.of("1: a >2"), asker.told);
        ask(asker, 2, "m", 2);
        put("other", 2, "x");
        applied(2);
        put("m", 3, "b");
        put("m", 3, "c");
        assertEquals(1, asker.told.size(), "not in the midst of an entry");
        applied(3);
        assertEquals("2: b c >4", asker.told.get(1));
        put("m", 4, "d");
        applied(4);
        assertEquals(2, asker.told.size(), "one answer to one question");
    }

    /** Found by review: values expire a part at a time, and a question may come between two parts. */
    @Test
    void aQuestionInTheMidstOfAnEntryMissesNothingOfIt() {
        applied(100);
        put("m", 101, "gone");
        ask(asker, 1, "m", 101);
        put("other", 101, "x");
        applied(101);
        assertEquals(List.of("1: gone >102"), asker.told);
    }

    /** Found by review: those who wait together must not make the node hold all their pages at once. */
    @Test
    void manyWhoWaitForLargeValuesAreNotAllAnsweredInOneTurn() {
        for (int i = 1; i <= 20; i++) {
            ask(asker, i, "m", 1);
        }
        byte[] large = new byte[1 << 20];
        feed.changed(new MapChange(1, MapChange.PUT, name("m"), new byte[] {'k'}, large));
        applied(1);
        assertEquals(20, asker.told.size(), "nobody is left waiting for what has been there");
        long answered =
                asker.told.stream().filter(told -> told.endsWith(" k >2")).count();
        assertTrue(answered >= 1 && answered <= 5, answered + " pages of a megabyte in one turn");
        assertEquals(
                20 - answered,
                asker.told.stream().filter(told -> told.endsWith("UNAVAILABLE")).count());
        ask(asker, 21, "m", 1);
        assertEquals("21: k >2", asker.told.get(20));
    }

    @Test
    void aChangeWhoseIndexIsNotAppliedYetIsToldLater() {
        ask(asker, 1, "m", 1);
        put("m", 5, "expired a part at a time");
        applied(4);
        put("m", 5, "and another part");
        applied(4);
        assertEquals(List.of(), asker.told);
        applied(5);
        assertEquals(List.of("1: expired a part at a time and another part >6"), asker.told);
    }

    @Test
    void whoHasWaitedForLongEnoughIsToldHowFarThereIsNothing() {
        ask(asker, 1, "m", 1);
        ask(asker, 2, "m", 50);
        applied(7);
        feed.tick();
        assertEquals(List.of(), asker.told);
        now += SECOND;
        feed.tick();
        assertEquals(List.of("1: >8", "2: >50"), asker.told);
        feed.tick();
        assertEquals(2, asker.told.size());
    }

    /** Other maps may push all that there was from memory; whoever was waiting has missed nothing. */
    @Test
    void whoWaitsIsNotTooLateForWhatDidNotConcernHim() {
        put("m", 1, "a");
        applied(1);
        ask(asker, 1, "m", 2);
        for (int i = 2; i < ChangeRing.MAX_CHANGES + 100; i++) {
            put("other", i, "x");
            applied(i);
        }
        long next = applied + 1;
        put("m", next, "b");
        applied(next);
        assertEquals(List.of("1: b >" + (next + 1)), asker.told);
        ask(asker, 2, "m", 2);
        assertEquals("2: too old", asker.told.get(1));
    }

    @Test
    void aSnapshotMakesWhatItHoldsTooOld() {
        ask(asker, 1, "m", 3);
        ask(asker, 2, "m", 11);
        applied = 10;
        feed.restored(10);
        assertEquals(List.of("1: too old"), asker.told);
        put("m", 11, "a");
        applied(11);
        assertEquals("2: a >12", asker.told.get(1));
    }

    @Test
    void howManyMayWaitIsBoundedForEachThatAsks() {
        for (int i = 0; i < 128; i++) {
            ask(asker, i, "m" + i % 3, 1);
        }
        assertEquals(List.of(), asker.told);
        ask(asker, 128, "m", 1);
        assertEquals(List.of("128: UNAVAILABLE"), asker.told);
        Asker other = new Asker();
        ask(other, 1, "m0", 1);
        assertEquals(List.of(), other.told);
        put("m0", 1, "a");
        applied(1);
        assertEquals(1, other.told.size());
        assertEquals(1 + 43, asker.told.size());
        ask(asker, 200, "m1", 2);
        assertEquals(1 + 43, asker.told.size(), "there is room again");
    }

    @Test
    void whoIsGoneIsForgotten() {
        ask(asker, 1, "m", 1);
        Asker other = new Asker();
        ask(other, 1, "m", 1);
        feed.forget(asker);
        put("m", 1, "a");
        applied(1);
        now += 10 * SECOND;
        feed.tick();
        assertEquals(List.of(), asker.told);
        assertEquals(List.of("1: a >2"), other.told);
    }

    @Test
    void whatIsNoQuestionFails() {
        feed.ask(new byte[] {1}, asker, 7);
        assertTrue(asker.told.get(0).startsWith("7: FAILED"), asker.told.toString());
    }
}
