package io.holdfast.loadbalance;

/** How a request to an endpoint ended, as far as that says something of the endpoint. */
public enum Outcome {
    /** It answered, and is fine: also where the answer is that the caller asked for something wrong. */
    SUCCESS,
    /** It failed, or did not answer in time. */
    FAILURE,
    /** It could not be reached at all: refused, reset before an answer, no route. */
    UNREACHABLE,
    /**
     * It answered that it has too much to do. Others should rather be asked, but it is not taken out for that: the others would have
     * to do what it does.
     */
    OVERLOADED,
    /** The caller gave up for reasons of its own; says nothing of the endpoint. */
    CANCELLED;

    /** Whether the endpoint is at fault. */
    public boolean isFailure() {
        return this == FAILURE || this == UNREACHABLE;
    }
}
