package io.holdfast.integrations.election;

import io.holdfast.core.Health;

/**
 * A node that stands for a role, as another sees it.
 *
 * @param paused it would rather not have it now
 * @param settledNanos for how long health, priority and the rest have been as they are
 */
record Candidate(String node, Health health, int priority, boolean paused, long settledNanos) {}
