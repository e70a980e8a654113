package io.holdfast.benchmarks.subject;

/** How a system's timers are set. */
public enum Profile {
    /** As for a run of throughput: defaults, save for systems that would lose their master to load then. */
    THROUGHPUT,
    /** The system's defaults. */
    DEFAULT,
    /** The system's fastest documented setting for failover. */
    FAST
}
