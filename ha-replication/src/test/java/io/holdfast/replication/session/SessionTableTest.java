package io.holdfast.replication.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.session.Session.Verdict;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private final SessionTable table = new SessionTable();

    private Verdict command(long id, long sequence, long answeredBelow, long nanos) {
        return Objects.requireNonNull(table.touch(id, answeredBelow, nanos)).command(sequence);
    }

    @Test
    void aCommandSentAgainIsAnsweredFromTheTable() {
        table.open(10, 0);
        assertEquals(Verdict.FRESH, command(10, 1, 1, 0));
        assertEquals(Verdict.PENDING, command(10, 1, 1, 0));
        Session session = Objects.requireNonNull(table.touch(10, 1, 0));
        session.complete(1, Outcome.APPLIED, new byte[] {42});
        assertEquals(Verdict.ANSWERED, command(10, 1, 1, 0));
        assertEquals(Outcome.APPLIED, session.outcome(1));
        assertArrayEquals(new byte[] {42}, session.answer(1));
    }

    @Test
    void aGapIsRefusedAndChangesNothing() {
        table.open(10, 0);
        assertEquals(Verdict.OUT_OF_ORDER, command(10, 2, 1, 0));
        assertEquals(Verdict.FRESH, command(10, 1, 1, 0));
        assertEquals(Verdict.FRESH, command(10, 2, 1, 0));
    }

    @Test
    void confirmedAnswersAreForgottenAndTheirCommandsNeverAppliedAgain() {
        table.open(10, 0);
        command(10, 1, 1, 0);
        command(10, 2, 2, 0);
        assertEquals(Verdict.DROPPED, command(10, 1, 2, 0));
        assertEquals(Verdict.PENDING, command(10, 2, 2, 0));
        assertEquals(Verdict.DROPPED, command(10, 2, 1_000, 0));
        assertEquals(Verdict.FRESH, command(10, 3, 1_000, 0));
    }

    @Test
    void aSilentSessionEndsByTheLogsTime() {
        table.open(10, 0);
        table.open(11, 0);
        table.keepAlive(10, 1, SessionTable.TTL_NANOS);
        table.expire(SessionTable.TTL_NANOS);
        assertEquals(2, table.size());
        table.expire(SessionTable.TTL_NANOS + 1);
        assertEquals(1, table.size());
        assertEquals(Verdict.FRESH, command(10, 1, 1, SessionTable.TTL_NANOS + 1));
        assertNull(table.touch(11, 1, 0));
        table.expire(2 * SessionTable.TTL_NANOS + 1);
        assertEquals(1, table.size(), "it spoke a moment ago");
        table.expire(2 * SessionTable.TTL_NANOS + 2);
        assertEquals(0, table.size());
        assertNull(table.touch(10, 1, 0));
    }

    @Test
    void expiryGoesByActivityNotByOpening() {
        table.open(10, 0);
        table.open(11, 1);
        command(10, 1, 1, 5);
        table.expire(SessionTable.TTL_NANOS + 3);
        assertEquals(Verdict.FRESH, command(10, 2, 1, 6));
        assertNull(table.touch(11, 1, 6));
    }

    @Test
    void oneThatSpeaksAgainAfterAnotherWasOpenedIsStillTheLatest() {
        table.open(10, 0);
        command(10, 1, 1, 1);
        table.open(11, 2);
        command(10, 2, 1, 3);
        table.expire(SessionTable.TTL_NANOS + 3);
        assertNull(table.touch(11, 1, 4));
        assertEquals(Verdict.FRESH, command(10, 3, 1, 4));
    }

    @Test
    void sessionsAndAnswersAreBounded() {
        for (int i = 1; i <= SessionTable.MAX_SESSIONS; i++) {
            assertTrue(table.open(i, 0));
        }
        assertFalse(table.open(SessionTable.MAX_SESSIONS + 1L, 0));
        Session session = Objects.requireNonNull(table.touch(1, 1, 0));
        for (int i = 1; i <= SessionTable.MAX_ANSWERS + 1; i++) {
            assertEquals(Verdict.FRESH, command(1, i, 1, 0));
            session.complete(i, Outcome.APPLIED, new byte[] {(byte) i});
        }
        assertEquals(Verdict.DROPPED, command(1, 1, 1, 0));
        assertEquals(Verdict.ANSWERED, command(1, 2, 1, 0));
        for (int i = 2; i <= SessionTable.MAX_ANSWERS + 1; i++) {
            assertArrayEquals(new byte[] {(byte) i}, session.answer(i));
        }
        session.complete(1, Outcome.FAILED, new byte[] {99}); // let go of: no effect on the one in its place
        assertArrayEquals(
                new byte[] {(byte) (SessionTable.MAX_ANSWERS + 1)}, session.answer(SessionTable.MAX_ANSWERS + 1));
    }

    @Test
    void aClosedSessionIsGone() {
        table.open(10, 0);
        command(10, 1, 1, 0);
        table.close(10);
        assertNull(table.touch(10, 1, 0));
    }

    @Test
    void aRestoreEndsAllSessionsOfTheEpochsBefore() {
        SessionTable table = new SessionTable();
        long epoch = 1L << 48;
        assertTrue(table.open(7, 0));
        table.endBelow(0);
        assertEquals(1, table.size());
        SessionSnapshot before = table.snapshot();
        table.endBelow(epoch);
        assertNull(table.touch(7, 0, 0));
        assertTrue(table.open(epoch | 7, 0));
        table.endBelow(epoch);
        assertNotNull(table.touch(epoch | 7, 0, 0));
        table.restore(before); // as a node does that begins again with the snapshot of before
        table.endBelow(epoch);
        assertEquals(0, table.size());
    }
}
