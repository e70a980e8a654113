package io.holdfast.integrations.election;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The times by which elections in a store go; the same on all nodes. Immutable: each method returns a changed copy.
 *
 * @param lease how long a grant lasts without a renewal that the store has confirmed: 500 ms to 10 min, 10 s by default. It is
 *     renewed every quarter of that
 * @param clockDriftOrNull by how much the nodes' clocks may differ while a lease lasts; a tenth of the lease by default
 * @param requestTimeoutOrNull how long one request to the store may take; a quarter of the lease, and at most 3 s, by default
 * @param pollOrNull how often the store is looked at; a fifth of the lease, and at most 1 s, by default
 * @param calm for how long a node keeps a role before it gives it to a healthier one or one of a higher priority, unless it is
 *     down itself: 0 to 1 h, 30 s by default. The other must have been there, and as well, for a third of that
 * @param epoch the upper part of the tokens: to be raised by one, on all nodes, when the store's records have been lost or
 *     restored from a backup; 0 to 32767, 0 by default
 */
public record ElectionTiming(
        Duration lease,
        @Nullable Duration clockDriftOrNull,
        @Nullable Duration requestTimeoutOrNull,
        @Nullable Duration pollOrNull,
        Duration calm,
        int epoch) {
    static final long LEAST_LEASE_MILLIS = 500;
    static final long MOST_LEASE_MILLIS = 600_000;
    static final long MOST_CALM_MILLIS = 3_600_000;

    /** A lease of 10 s, and what follows from it. */
    public static ElectionTiming standard() {
        return new ElectionTiming(Duration.ofSeconds(10), null, null, null, Duration.ofSeconds(30), 0);
    }

    /** Changes {@link #lease}. */
    public ElectionTiming withLease(Duration time) {
        return new ElectionTiming(time, clockDriftOrNull, requestTimeoutOrNull, pollOrNull, calm, epoch);
    }

    /** Changes {@link #clockDrift}. */
    public ElectionTiming withClockDrift(Duration time) {
        return new ElectionTiming(lease, time, requestTimeoutOrNull, pollOrNull, calm, epoch);
    }

    /** Changes {@link #requestTimeout}. */
    public ElectionTiming withRequestTimeout(Duration time) {
        return new ElectionTiming(lease, clockDriftOrNull, time, pollOrNull, calm, epoch);
    }

    /** Changes {@link #poll}. */
    public ElectionTiming withPoll(Duration time) {
        return new ElectionTiming(lease, clockDriftOrNull, requestTimeoutOrNull, time, calm, epoch);
    }

    /** Changes {@link #calm}. */
    public ElectionTiming withCalm(Duration time) {
        return new ElectionTiming(lease, clockDriftOrNull, requestTimeoutOrNull, pollOrNull, time, epoch);
    }

    /** Changes {@link #epoch}. */
    public ElectionTiming withEpoch(int number) {
        return new ElectionTiming(lease, clockDriftOrNull, requestTimeoutOrNull, pollOrNull, calm, number);
    }

    /** By how much the nodes' clocks may differ while a lease lasts. */
    public Duration clockDrift() {
        return clockDriftOrNull == null ? lease.dividedBy(10) : clockDriftOrNull;
    }

    /** How long one request to the store may take. */
    public Duration requestTimeout() {
        return requestTimeoutOrNull == null
                ? Duration.ofMillis(Math.min(3_000, lease.toMillis() / 4))
                : requestTimeoutOrNull;
    }

    /** How often the store is looked at. */
    public Duration poll() {
        return pollOrNull == null ? Duration.ofMillis(Math.min(1_000, lease.toMillis() / 5)) : pollOrNull;
    }

    /**
     * Checks all of it.
     *
     * @param feature whose settings they are, for the message
     * @throws IllegalArgumentException with what to write instead
     */
    public void validate(String feature) {
        within(feature, "lease", lease, LEAST_LEASE_MILLIS, MOST_LEASE_MILLIS);
        within(feature, "clockDrift", clockDrift(), 1, lease.toMillis() - 1);
        long longest = lease.toMillis() * 3 / 8;
        within(feature, "requestTimeout", requestTimeout(), 50, longest);
        within(feature, "poll", poll(), 10, lease.toMillis() / 2);
        within(feature, "calm", calm, 0, MOST_CALM_MILLIS);
        if (epoch < 0 || epoch > Short.MAX_VALUE) {
            throw new IllegalArgumentException(feature + ": epoch " + epoch + " is not within 0 to 32767");
        }
    }

    private void within(String feature, String what, Duration value, long least, long most) {
        long millis = value.toMillis();
        if (millis < least || millis > most) {
            boolean ofLease = !what.equals("lease") && !what.equals("calm");
            throw new IllegalArgumentException(
                    feature + ": " + what + " of " + millis + " ms is not within " + least + " to "
                            + most + " ms"
                            + (ofLease
                                    ? ", which a lease of " + lease.toMillis() + " ms allows; write ." + what
                                            + "(Duration.ofMillis(" + Math.max(least, Math.min(most, millis))
                                            + ")) or a longer lease"
                                    : "; write ." + what + "(Duration.ofMillis("
                                            + Math.max(least, Math.min(most, millis)) + "))"));
        }
    }
}
