package io.holdfast.testkit;

/** What an event of the virtual scheduler is. */
enum EventKind {
    /** A task given to a node's loop. */
    LOOP(1),
    /** A timer of a node's loop. */
    TIMER(2),
    /** Frames reach a node, or a connection is opened or closed there. */
    CONNECTION(3),
    /** The end of a worker's task. */
    WORKER(4),
    /** A callback of a user. */
    CALLBACK(5),
    /** Something between nodes: frames leave, a dial arrives. */
    NETWORK(6),
    /** The test's own, and what faults do. */
    TEST(7);

    private final int traceCode;

    EventKind(int traceCode) {
        this.traceCode = traceCode;
    }

    /** What stands for it in the trace hash. */
    int traceCode() {
        return traceCode;
    }
}
