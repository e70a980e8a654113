package io.holdfast.testkit;

/**
 * A task, timer or callback of a node threw.
 *
 * @param nodeId whose it was
 * @param atNanos when, in virtual time
 * @param cause what it threw
 */
public record NodeFailure(String nodeId, long atNanos, Throwable cause) {

    @Override
    public String toString() {
        return "node " + nodeId + " at " + Times.text(atNanos) + ": " + cause;
    }
}
