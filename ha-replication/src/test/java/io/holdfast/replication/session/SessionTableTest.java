package io.holdfast.replication.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.session.SessionTable.Verdict;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private final SessionTable table = new SessionTable();

    @Test
    void aCommandSentAgainIsAnsweredFromTheTable() {
        table.open(10, 0);
        Verdict first = table.command(10, 1, 1, 0);
        assertTrue(first.fresh());
        first.answer().complete(Outcome.APPLIED, new byte[] {42});
        Verdict again = table.command(10, 1, 1, 0);
        assertFalse(again.fresh());
        assertSame(first.answer(), again.answer());
    }

    @Test
    void aGapIsRefusedAndChangesNothing() {
        table.open(10, 0);
        assertEquals(Outcome.OUT_OF_ORDER, table.command(10, 2, 1, 0).answer().outcome());
        assertTrue(table.command(10, 1, 1, 0).fresh());
        assertTrue(table.command(10, 2, 1, 0).fresh());
    }

    @Test
    void confirmedAnswersAreForgottenAndTheirCommandsNeverAppliedAgain() {
        table.open(10, 0);
        table.command(10, 1, 1, 0);
        table.command(10, 2, 2, 0);
        assertEquals(Outcome.ANSWER_DROPPED, table.command(10, 1, 2, 0).answer().outcome());
    }

    @Test
    void aSilentSessionEndsByTheLogsTime() {
        table.open(10, 0);
        table.open(11, 0);
        table.keepAlive(10, 1, SessionTable.TTL_NANOS);
        table.expire(SessionTable.TTL_NANOS + 1);
        assertEquals(1, table.size());
        assertTrue(table.command(10, 1, 1, SessionTable.TTL_NANOS + 1).fresh());
        assertEquals(Outcome.NO_SESSION, table.command(11, 1, 1, 0).answer().outcome());
    }

    @Test
    void expiryGoesByActivityNotByOpening() {
        table.open(10, 0);
        table.open(11, 1);
        table.command(10, 1, 1, 5);
        table.expire(SessionTable.TTL_NANOS + 3);
        assertTrue(table.command(10, 2, 1, 6).fresh());
        assertEquals(Outcome.NO_SESSION, table.command(11, 1, 1, 6).answer().outcome());
    }

    @Test
    void sessionsAndAnswersAreBounded() {
        for (int i = 1; i <= SessionTable.MAX_SESSIONS; i++) {
            assertTrue(table.open(i, 0));
        }
        assertFalse(table.open(SessionTable.MAX_SESSIONS + 1L, 0));
        for (int i = 1; i <= SessionTable.MAX_ANSWERS + 1; i++) {
            assertTrue(table.command(1, i, 1, 0).fresh());
        }
        assertEquals(Outcome.ANSWER_DROPPED, table.command(1, 1, 1, 0).answer().outcome());
        assertFalse(table.command(1, 2, 1, 0).fresh());
    }

    @Test
    void aClosedSessionIsGone() {
        table.open(10, 0);
        table.close(10);
        assertEquals(Outcome.NO_SESSION, table.command(10, 1, 1, 0).answer().outcome());
    }
}
