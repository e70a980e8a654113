package io.holdfast.loadbalance.outlier;

import io.holdfast.loadbalance.pick.EndpointStats;

/**
 * How an endpoint is doing.
 *
 * @param id its id
 * @param available whether it would get requests if it is not taken out
 * @param failuresInARow failures since the last success
 * @param successes since it is known
 * @param expectedNanos the latency that is expected of it; 0 if unknown
 * @param silentNanos for how long requests have been in flight and none has ended
 * @param unaskedNanos for how long nothing has been in flight and none has ended
 * @param window what ended in the window that is over
 */
public record Observation(
        String id,
        boolean available,
        int failuresInARow,
        long successes,
        double expectedNanos,
        long silentNanos,
        long unaskedNanos,
        EndpointStats.Window window) {
    /** Of a window that is not over yet. */
    public static final EndpointStats.Window NO_WINDOW = new EndpointStats.Window(0, 0, 0);

    int requests() {
        return window.succeeded() + window.failed();
    }

    double failureShare() {
        return requests() == 0 ? 0 : (double) window.failed() / requests();
    }

    double meanNanos() {
        return window.succeeded() == 0 ? 0 : (double) window.nanos() / window.succeeded();
    }
}
