package io.holdfast.integrations.loadbalance.jdbc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.loadbalance.ReadSession;
import org.junit.jupiter.api.Test;

class DebtTest {
    private final Debt debt = new Debt();

    @Test
    void itIsOwedUntilEachThatWroteHasSaidHowFarTheLogIs() {
        assertFalse(debt.isOwed());
        debt.begin();
        debt.begin();
        debt.said();
        assertTrue(debt.isOwed());
        debt.said();
        assertFalse(debt.isOwed());
    }

    @Test
    void anAnswerSettlesWhatWasLeftBeforeTheQuestion() {
        debt.begin();
        debt.unsaid();
        long before = debt.left();
        debt.begin();
        debt.unsaid();
        debt.settle(before);
        assertTrue(debt.isOwed());
        debt.settle(debt.left());
        assertFalse(debt.isOwed());
        debt.begin();
        debt.settle(debt.left());
        assertTrue(debt.isOwed()); // what is being written may be committed after the answer
    }

    @Test
    void allThatAreOfOneSessionHaveTheSame() {
        SessionDebts debts = new SessionDebts();
        ReadSession session = ReadSession.begin();
        assertSame(debts.of(session).debt(), debts.of(session).debt());
    }
}
