package io.holdfast.autoscale;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How scaling stands, as one node knows it.
 *
 * @param decides true if that node decides; all else but the bounds and {@code trouble} is empty or 0 otherwise
 * @param wanted how many nodes there are to be; 0 before that is known
 * @param min how many there are at least
 * @param max how many there are at most
 * @param acts false in a dry run, while it is paused, and if the target only recommends
 * @param pausedBy who paused it; empty if nobody did
 * @param nodes how far each node is, by id: {@code ORDERED}, {@code STARTING}, {@code WARMING}, {@code READY}, {@code AWAY}, {@code GOING},
 *     {@code FAILED}, {@code GONE}
 * @param action what is being done, such as {@code stop-7: node-6 DRAIN}; empty for nothing
 * @param waitsFor what is waited for, for people; empty for nothing
 * @param trouble what the target fails at, or why the record in the log cannot be read or kept, so that this node, which would
 *     decide, does not; empty for nothing
 */
public record ScalingStatus(
        boolean decides,
        int wanted,
        int min,
        int max,
        boolean acts,
        String pausedBy,
        SortedMap<String, String> nodes,
        String action,
        String waitsFor,
        String trouble) {
    /** Copies the nodes. */
    public ScalingStatus {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    }
}
