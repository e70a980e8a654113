package io.holdfast.verification.scaling;

import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;

/** Looks at what a target is asked to do. */
interface OrderChecks {
    /** An order to start was taken, and nothing has been done about it. */
    void startOrdered(String caller, StartOrder order);

    /** A machine is made. */
    void created(String node, boolean runs);

    /** An order has been carried out, as far as it is. */
    void started();

    /**
     * An order to stop was taken, and nothing has been done about it.
     *
     * @param left how many there will be without it
     */
    void stopOrdered(String caller, StopOrder order, long left);

    /** An instance was left out when it was asked what there is. */
    void hidden();

    /** What ends the node's process next is a fault. */
    void strikes(String node);
}
