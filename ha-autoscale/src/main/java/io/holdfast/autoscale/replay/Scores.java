package io.holdfast.autoscale.replay;

/**
 * How a run went. The first five are the elasticity scores of SPEC's research group (Herbst and others).
 *
 * @param under theta_U: by how much of what was needed nodes were too few, a mean over time, in percent
 * @param over theta_O: by how much too many, in percent
 * @param underTime tau_U: the share of time with too few, in percent
 * @param overTime tau_O: the share with too many, in percent
 * @param instability upsilon: the share of time in which supply and demand moved in different directions, in percent
 * @param late the share of time over the latency objective, in percent
 * @param lateSeconds the same in seconds
 * @param nodeHours of all nodes that were wanted
 * @param actions how often the number of nodes was changed
 */
public record Scores(
        double under,
        double over,
        double underTime,
        double overTime,
        double instability,
        double late,
        int lateSeconds,
        double nodeHours,
        int actions) {}
