package io.holdfast.loadbalance;

/** Why an endpoint gets requests, or gets none, or fewer. */
public enum Reason {
    /** It is available. */
    AVAILABLE,
    /** Its health is DOWN. */
    DOWN,
    /** Its health is DEGRADED: it gets a part. */
    DEGRADED,
    /** It is out as an outlier, for a while. */
    EJECTED,
    /** It would be out, but too few would be left. */
    SPARED,
    /** It drains: sessions may stay for a while, nothing new comes. */
    DRAINING,
    /** It has just come, or come back, and gets more and more. */
    STARTING,
    /** It is not available, but those that are cannot take all. */
    PANIC,
    /** Requests stay in the caller's zone, and it stands in another. */
    OTHER_ZONE,
    /** Endpoints of an earlier priority take all. */
    STANDBY,
    /** It has as many requests in flight as it may have. */
    FULL
}
