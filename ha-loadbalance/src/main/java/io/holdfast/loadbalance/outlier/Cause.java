package io.holdfast.loadbalance.outlier;

/** Why an endpoint is an outlier. */
public enum Cause {
    /** Too many failures in a row. */
    FAILURES_IN_A_ROW,
    /** It has just been let in again, and failed at once. */
    FAILED_AGAIN,
    /** Requests are in flight and none ends, while others' do. */
    SILENCE,
    /** Too many of its requests fail. */
    FAILURE_RATE,
    /** More of its requests fail than of the others'. */
    SUCCESS_RATE,
    /** It is far slower than the others. */
    LATENCY
}
