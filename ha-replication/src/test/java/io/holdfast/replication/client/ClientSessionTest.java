package io.holdfast.replication.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientSessionTest {
    private static final long SECOND = 1_000_000_000L;

    /** Writes down what it is sent. */
    private static final class Master implements Endpoint {
        private final List<String> sent = new ArrayList<>();
        private long openRequest;
        private int opens;
        private boolean full;

        @Override
        public boolean submit(long session, long answeredBelow, List<PendingWrite> writes) {
            if (full) {
                return false;
            }
            for (PendingWrite write : writes) {
                sent.add(session + "/" + write.sequence() + "<" + answeredBelow + ":" + write.machine() + ":"
                        + new String(write.command(), StandardCharsets.UTF_8));
            }
            return true;
        }

        @Override
        public boolean open(long request) {
            openRequest = request;
            opens++;
            return true;
        }

        @Override
        public boolean keepAlive(long session, long answeredBelow) {
            sent.add("alive " + session);
            return true;
        }

        @Override
        public void closeSession(long session) {
            sent.add("close " + session);
        }

        @Override
        public boolean query(long request, int machine, byte[] bytes, Freshness freshness) {
            return false;
        }

        List<String> taken() {
            List<String> all = List.copyOf(sent);
            sent.clear();
            return all;
        }
    }

    private record Caller(PendingWrite write) {
        @Nullable
        String answer() {
            return write.isDone() && !write.isCompletedExceptionally()
                    ? new String(write.join(), StandardCharsets.UTF_8)
                    : null;
        }

        @Nullable
        Throwable problem() {
            return write.isCompletedExceptionally()
                    ? assertThrows(CompletionException.class, write::join).getCause()
                    : null;
        }
    }

    private final List<PendingWrite> gone = new ArrayList<>();
    private final ClientSession session = new ClientSession(
            100,
            gone::add,
            new Completions(
                    (next, times) -> {
                        for (int i = 0; i < times; i++) {
                            next.run();
                        }
                    },
                    () -> {}));
    private final Master master = new Master();
    private long now;

    private Caller write(String command) {
        Caller caller = new Caller(
                new PendingWrite(2, command.getBytes(StandardCharsets.UTF_8), false, now + 10 * SECOND, true));
        session.submit(caller.write(), now);
        session.flush(now);
        return caller;
    }

    private void open(long id) {
        session.masterIs(master, now);
        session.opened(master.openRequest, id, now);
    }

    private void answer(long sequence, Outcome outcome, String bytes) {
        session.answered(7, sequence, outcome, bytes.getBytes(StandardCharsets.UTF_8), now);
    }

    @Test
    void writesAreNumberedAndManyAreInFlight() {
        open(7);
        Caller a = write("a");
        Caller b = write("b");
        assertEquals(List.of("7/1<1:2:a", "7/2<1:2:b"), master.taken());
        answer(2, Outcome.APPLIED, "B");
        assertEquals(0, gone.size());
        answer(1, Outcome.APPLIED, "A");
        assertEquals("A", a.answer());
        assertEquals("B", b.answer());
        assertEquals(2, gone.size());
        write("c");
        assertEquals(List.of("7/3<3:2:c"), master.taken());
    }

    @Test
    void aNewMasterIsSentWhatIsUnansweredInOrder() {
        open(7);
        write("a");
        write("b");
        answer(1, Outcome.APPLIED, "");
        Master next = new Master();
        session.masterIs(next, now);
        write("c");
        assertEquals(List.of("7/2<2:2:b", "7/3<2:2:c"), next.taken());
    }

    @Test
    void aGapIsMendedByOneRepetition() {
        open(7);
        write("a");
        write("b");
        write("c");
        master.taken();
        answer(2, Outcome.OUT_OF_ORDER, "");
        answer(3, Outcome.OUT_OF_ORDER, "");
        session.tick(now);
        assertEquals(List.of(), master.taken());
        now += SECOND / 10;
        session.tick(now);
        assertEquals(List.of("7/1<1:2:a", "7/2<1:2:b", "7/3<1:2:c"), master.taken());
    }

    @Test
    void aWriteGivenUpKeepsItsNumberAndDoesNothingIfSentAgain() {
        open(7);
        Caller a = write("a");
        master.taken();
        now += 11 * SECOND;
        session.tick(now);
        assertInstanceOf(OutcomeUnknownException.class, a.problem());
        Master next = new Master();
        session.masterIs(next, now);
        write("b");
        assertEquals(List.of("7/1<1:0:", "7/2<1:2:b"), next.taken());
    }

    @Test
    void aWriteNeverSentIsNotUnknown() {
        Caller a = write("a");
        now += 11 * SECOND;
        session.tick(now);
        assertInstanceOf(NotAvailableException.class, a.problem());
        assertEquals(1, gone.size());
        open(7);
        write("b");
        assertEquals(List.of("7/1<1:2:b"), master.taken());
    }

    @Test
    void silenceIsAnsweredByRepetitionWithGrowingPauses() {
        open(7);
        write("a");
        master.taken();
        now += 2 * SECOND + 1;
        session.tick(now);
        assertEquals(1, master.taken().size());
        now += 2 * SECOND + 1;
        session.tick(now);
        assertEquals(0, master.taken().size());
        now += 2 * SECOND;
        session.tick(now);
        assertEquals(1, master.taken().size());
    }

    @Test
    void aSessionThatOpensLateIsTakenAndASurplusOneEnded() {
        session.masterIs(master, now);
        long first = master.openRequest;
        now += SECOND + 1;
        session.tick(now);
        long second = master.openRequest;
        assertTrue(second != first, "asked again");
        write("a");
        session.opened(first, 7, now);
        session.opened(second, 8, now);
        session.opened(second + 1, 9, now); // of another life of this client, perhaps: not its to end
        assertEquals(List.of("7/1<1:2:a", "close 8"), master.taken());
    }

    @Test
    void aSessionOfAnEarlierOpeningIsNotUsedAfterTheLossOfAnother() {
        session.masterIs(master, now);
        long first = master.openRequest;
        now += SECOND + 1;
        session.tick(now);
        session.opened(master.openRequest, 7, now);
        write("a");
        answer(1, Outcome.NO_SESSION, "");
        master.taken();
        session.opened(first, 8, now);
        assertEquals(List.of("close 8"), master.taken());
        session.opened(master.openRequest, 9, now);
        assertEquals(List.of("9/1<1:2:a"), master.taken());
    }

    @Test
    void sessionsAreAskedForWithGrowingPauses() {
        session.masterIs(master, now);
        for (int i = 0; i < 60 * 40; i++) {
            now += SECOND / 40;
            session.tick(now);
        }
        assertEquals(7, master.opens, "at 0, 1, 3, 7, 15, 31 and 47 s");
    }

    @Test
    void anExpiredSessionLosesNothingThatWasCertainlyNotApplied() {
        open(7);
        write("a");
        answer(1, Outcome.APPLIED, "");
        Caller b = write("b");
        Caller c = write("c");
        master.taken();
        answer(2, Outcome.NO_SESSION, "");
        session.opened(master.openRequest, 9, now);
        assertEquals(List.of("9/1<1:2:b", "9/2<1:2:c"), master.taken());
        session.answered(9, 1, Outcome.APPLIED, new byte[] {'B'}, now);
        session.answered(7, 3, Outcome.NO_SESSION, new byte[0], now);
        assertEquals("B", b.answer());
        assertEquals(null, c.problem());
    }

    @Test
    void whatWasSentTwiceIntoAnExpiredSessionIsUnknown() {
        open(7);
        Caller a = write("a");
        session.masterIs(master, now);
        answer(1, Outcome.NO_SESSION, "");
        assertInstanceOf(OutcomeUnknownException.class, a.problem());
    }

    @Test
    void aFailureOfTheMachineIsTheCallers() {
        open(7);
        Caller a = write("a");
        answer(1, Outcome.FAILED, "no such account");
        assertInstanceOf(RequestFailedException.class, a.problem());
        assertTrue(String.valueOf(a.problem()).contains("no such account"));
    }

    @Test
    void aFullQueueHoldsBackWithoutLosing() {
        open(7);
        master.full = true;
        write("a");
        assertEquals(List.of(), master.taken());
        master.full = false;
        session.tick(now);
        assertEquals(List.of("7/1<1:2:a"), master.taken());
    }

    @Test
    void anIdleSessionIsKeptAliveAndAClosedOneEnded() {
        open(7);
        now += 151 * SECOND;
        session.tick(now);
        assertEquals(List.of("alive 7"), master.taken());
        session.tick(now);
        assertEquals(List.of(), master.taken());
        session.close("stopping");
        assertEquals(List.of("close 7"), master.taken());
        assertFalse(session.isBusy() && session.isOpen());
    }

    @Test
    void stoppingTellsWhoeverWaits() {
        Caller unsent = write("a");
        session.close("n1 is stopping");
        assertInstanceOf(NotAvailableException.class, unsent.problem());
    }

    @Test
    void aCallerThatWasToldWhereItsWriteWasAppliedIsNotToldAgain() {
        open(7);
        Caller a = write("a");
        PendingWrite found = Objects.requireNonNull(session.find(7, 1));
        assertTrue(found.tellEarly());
        assertFalse(found.tellEarly());
        found.complete(new byte[] {'x'});
        now += 11 * SECOND;
        session.tick(now); // too late to be too late
        answer(1, Outcome.APPLIED, "y");
        assertEquals("x", a.answer());
        assertTrue(found.toldEarly());
        assertEquals(List.of(found), gone);
        Caller b = write("b");
        PendingWrite late = Objects.requireNonNull(session.find(7, 2));
        now += 11 * SECOND;
        session.tick(now);
        assertFalse(late.tellEarly());
        assertInstanceOf(OutcomeUnknownException.class, b.problem());
    }
}
