package io.holdfast.core.internal.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AuditQuotaTest {
    private final AuditQuota quota = new AuditQuota();

    @Test
    void theFirstAreWrittenAndTheRestIsCounted() {
        long now = -7;
        for (int i = 0; i < AuditQuota.MOST_A_SECOND; i++) {
            assertTrue(quota.take(now));
        }
        assertFalse(quota.take(now + 1));
        assertFalse(quota.take(now + 999_999_999));
        quota.leaveOut(3);
        assertTrue(quota.take(now + 1_000_000_000));
        assertEquals(5, quota.takeLeftOut());
        assertEquals(0, quota.takeLeftOut());
    }
}
