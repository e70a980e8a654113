package io.holdfast.core;

import io.holdfast.core.runtime.Clock;
import java.time.Duration;

/**
 * That this node holds a role, for as long as {@link #isValid()} says so. Safe from any thread.
 *
 * <p>What is promised: no other node's callback for the role runs while this grant is valid. It stays valid while the node
 * can show, again and again, that it still holds the role; the end is counted from <em>before</em> each request to do so,
 * on this node's monotonic clock. What no library can promise: a process that was stopped between a look at {@code isValid()}
 * and what it does next. Against that a resource outside the cluster has to check the {@link #token()}.
 */
public final class Grant {
    private final String role;
    private final FencingToken token;
    private final Clock clock;
    private volatile long validUntilNanos;
    private volatile boolean revoked;

    Grant(String role, FencingToken token, Clock clock, long validUntilNanos) {
        this.role = role;
        this.token = token;
        this.clock = clock;
        this.validUntilNanos = validUntilNanos;
    }

    /** Which role: {@code master}, or a name of yours. */
    public String role() {
        return role;
    }

    /** Larger than that of every earlier grant of this role; to be sent along to whatever must be protected. */
    public FencingToken token() {
        return token;
    }

    /** True while nobody else can hold the role. Costs a look at the clock. */
    public boolean isValid() {
        return !revoked && clock.nanoTime() - validUntilNanos < 0;
    }

    /** How long it stays valid without being renewed; zero once it is not. It grows again with each renewal. */
    public Duration remaining() {
        return revoked ? Duration.ZERO : Duration.ofNanos(Math.max(0, validUntilNanos - clock.nanoTime()));
    }

    long validUntilNanos() {
        return validUntilNanos;
    }

    void extend(long untilNanos) {
        if (untilNanos - validUntilNanos > 0) {
            validUntilNanos = untilNanos;
        }
    }

    void revoke() {
        revoked = true;
    }

    @Override
    public String toString() {
        return "grant of " + role + " with token " + token;
    }
}
