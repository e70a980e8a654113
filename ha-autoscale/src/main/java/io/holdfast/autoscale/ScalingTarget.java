package io.holdfast.autoscale;

import java.util.List;

/**
 * What can start and stop nodes: processes of this host, a command of yours, a cluster manager. It decides nothing.
 *
 * <p>A node's id is its instance's name. Methods block, are called one at a time on a thread of their own by the node that decides,
 * and may be called again with the same order: after a failure, or by the next node that decides. An order that has been carried out is
 * then to do nothing. Another implementation is tested by {@code ScalingTargetContract} in this module's tests.
 */
public interface ScalingTarget {

    /** A word for messages, such as {@code processes}. */
    String name();

    /** What it can do; the same each time. */
    Capabilities capabilities();

    /**
     * What is there now, also what is starting, stopping, or has failed; without those that ended as they were told to.
     *
     * @throws ScalingTargetException if that cannot be found out: then nothing is decided either
     */
    List<Instance> instances() throws ScalingTargetException, InterruptedException;

    /**
     * Has nodes started, and returns without waiting for them to serve.
     *
     * @throws ScalingTargetException if some could not be, or none
     */
    void start(StartOrder order) throws ScalingTargetException, InterruptedException;

    /**
     * Has one node stopped, which has left the cluster already, or died.
     *
     * @throws ScalingTargetException if it could not be
     */
    void stop(StopOrder order) throws ScalingTargetException, InterruptedException;
}
