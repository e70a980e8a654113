package io.holdfast.loadbalance;

/**
 * What travels with a call, as names of HTTP headers; for gRPC's metadata the same in lower case. All values are short ASCII.
 * {@link ServingGuard} reads them, {@link Attempt#headers()} writes them.
 */
public final class RoutingHeaders {
    /** In a request: only the master is to serve it, and of no earlier term than this fencing token, a whole number. */
    public static final String FENCE = "Holdfast-Fence";
    /** In a request: whoever serves it may be so many milliseconds behind. */
    public static final String MAX_LAG = "Holdfast-Max-Lag-Millis";
    /** In a request: whoever serves it may lack so many entries of the log. */
    public static final String MAX_LAG_ENTRIES = "Holdfast-Max-Lag-Entries";
    /** In a request: whoever serves it has to have applied the log up to that index. */
    public static final String AT_LEAST = "Holdfast-At-Least";
    /** In an answer: up to where the log was written for it; see {@link ReadSession}. */
    public static final String POSITION = "Holdfast-Position";
    /** In an answer with {@link #STATUS_REFUSED}: why this node does not serve it. It had no effect. */
    public static final String REFUSED = "Holdfast-Refused";
    /** HTTP's 421, Misdirected Request: with {@link #REFUSED} it had no effect, and is to be sent elsewhere. */
    public static final int STATUS_REFUSED = 421;

    private RoutingHeaders() {}
}
