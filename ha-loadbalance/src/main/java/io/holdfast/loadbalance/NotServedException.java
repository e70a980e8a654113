package io.holdfast.loadbalance;

import io.holdfast.core.NotAvailableException;

/**
 * An endpoint answered, and did not do it: thrown by what runs inside {@link LoadBalancer#call}, so that the call is tried elsewhere.
 * Has what kind of failure that is.
 */
public class NotServedException extends NotAvailableException {
    private static final long serialVersionUID = 1L;

    private final Failure failure;

    /**
     * @param failure what it is; {@link Failure#UNKNOWN} if nobody knows whether it was done
     * @param message what the endpoint said
     */
    public NotServedException(Failure failure, String message) {
        super(message);
        this.failure = failure;
    }

    /** What kind of failure it is. */
    public Failure failure() {
        return failure;
    }
}
