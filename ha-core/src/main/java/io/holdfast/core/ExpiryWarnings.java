package io.holdfast.core;

import java.util.concurrent.TimeUnit;

/** When to warn that a certificate ends: 30, 7 and 1 days before, and when it has ended; once each. Deterministic. */
final class ExpiryWarnings {
    private static final long[] DAYS_BEFORE = {0, 1, 7, 30};
    private static final long NONE = Long.MAX_VALUE;

    private long ofExpiryMillis;
    private long warnedDays = NONE;

    /** True if a warning is due now. A certificate that ends at another time is another one. */
    boolean isDue(long expiresMillis, long nowMillis) {
        if (expiresMillis != ofExpiryMillis) {
            ofExpiryMillis = expiresMillis;
            warnedDays = NONE;
        }
        for (long days : DAYS_BEFORE) {
            if (expiresMillis - nowMillis <= TimeUnit.DAYS.toMillis(days)) {
                boolean due = days < warnedDays;
                warnedDays = Math.min(days, warnedDays);
                return due;
            }
        }
        return false;
    }

    /** How well a node is whose certificate ends then. */
    static Health health(long expiresMillis, long nowMillis) {
        return expiresMillis - nowMillis < TimeUnit.DAYS.toMillis(7) ? Health.DEGRADED : Health.UP;
    }

    /** What is left of it, for people. */
    static String left(long expiresMillis, long nowMillis) {
        long millis = expiresMillis - nowMillis;
        if (millis <= 0) {
            return "has ended: no new connection comes about";
        }
        long days = TimeUnit.MILLISECONDS.toDays(millis);
        return days > 0
                ? "ends in " + days + (days == 1 ? " day" : " days")
                : "ends in " + TimeUnit.MILLISECONDS.toHours(millis) + " hours";
    }
}
