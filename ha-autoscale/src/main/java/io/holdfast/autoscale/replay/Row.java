package io.holdfast.autoscale.replay;

/**
 * What a run was like between two decisions.
 *
 * @param second its end, from the beginning
 * @param rate requests a second that were offered at its end
 * @param needed how many nodes that needs for the objective
 * @param wanted how many there were to be
 * @param serving how many served
 * @param busy the share of their time that workers were busy, 0 to 1
 * @param latency what 95 of 100 requests were answered within, in seconds
 * @param lateSeconds for how many seconds the objective was missed
 * @param decided how many there are to be from now on
 * @param reason why that is not as many as before; empty if it is
 */
public record Row(
        int second,
        double rate,
        int needed,
        int wanted,
        int serving,
        double busy,
        double latency,
        int lateSeconds,
        int decided,
        String reason) {}
