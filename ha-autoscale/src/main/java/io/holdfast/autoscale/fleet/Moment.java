package io.holdfast.autoscale.fleet;

/**
 * Now.
 *
 * @param nanos by the monotonic clock, which everything is measured by
 * @param wallMillis by the wall clock, which is for people and schedules
 */
public record Moment(long nanos, long wallMillis) {}
