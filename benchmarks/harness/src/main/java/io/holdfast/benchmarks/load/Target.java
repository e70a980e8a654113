package io.holdfast.benchmarks.load;

/** Where operations go: a system's client, in one of the nodes' JVMs. Used by one thread. */
public interface Target extends AutoCloseable {
    /**
     * Hands over one operation; it ends on any thread, also within this call.
     *
     * @return false if the system does not take it now; it has not begun then
     */
    boolean submit(Operation operation) throws Exception;

    /** True if answers come only while the client's own thread polls for them. */
    default boolean isPolled() {
        return false;
    }

    /** Takes answers that are there; how many. */
    default int poll() throws Exception {
        return 0;
    }

    @Override
    default void close() {}
}
