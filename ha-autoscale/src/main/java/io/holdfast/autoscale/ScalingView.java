package io.holdfast.autoscale;

import java.time.Duration;

/**
 * What a policy sees.
 *
 * @param history the load of the last while
 * @param startUp how long a new node takes until it serves and is warm: what was measured, or the setting until then
 * @param min how many nodes there are at least
 * @param max how many there are at most
 */
public record ScalingView(LoadHistory history, Duration startUp, int min, int max) {}
