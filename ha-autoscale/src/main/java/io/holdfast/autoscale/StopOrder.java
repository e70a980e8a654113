package io.holdfast.autoscale;

import io.holdfast.core.FencingToken;

/**
 * To stop a node.
 *
 * @param action which action of the cluster's that is: the same when it is tried again, also by another node
 * @param token of the node that decides; a target that remembers the highest refuses lower ones
 * @param node which one
 * @param size how many instances there are to be without it
 */
public record StopOrder(String action, FencingToken token, String node, int size) {}
