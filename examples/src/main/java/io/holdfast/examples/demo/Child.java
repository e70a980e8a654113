package io.holdfast.examples.demo;

/** A process that was started and must not outlive the run. Safe from any thread. */
interface Child {
    boolean isAlive();

    /** Ends it at once, with all that it started, and waits until it is gone. */
    void destroy();
}
