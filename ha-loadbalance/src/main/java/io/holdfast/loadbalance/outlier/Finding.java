package io.holdfast.loadbalance.outlier;

/**
 * That an endpoint is an outlier.
 *
 * @param cause why
 * @param detail why, for people, with the numbers
 */
record Finding(Cause cause, String detail) {}
