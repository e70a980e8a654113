package io.holdfast.integrations.election;

import io.holdfast.core.FencingToken;

/** What an {@link ElectionCore} has to tell those who stand for roles. */
sealed interface Effect {
    /** Whom. */
    String role();

    /** The node holds the role. */
    record Granted(String role, FencingToken token, long validUntilNanos) implements Effect {}

    /** The grant has been renewed. */
    record Extended(String role, long validUntilNanos) implements Effect {}

    /** The grant is gone. */
    record Revoked(String role, String reason) implements Effect {}

    /** The role would be better with another node. */
    record HandOverWanted(String role, String to, String reason) implements Effect {}
}
