package io.holdfast.autoscale;

import io.holdfast.core.FencingToken;
import java.util.List;

/**
 * To start nodes.
 *
 * @param action which action of the cluster's that is: the same when it is tried again, also by another node
 * @param token of the node that decides; a target that remembers the highest refuses lower ones
 * @param nodes the names of the new nodes; empty if the target {@linkplain Capabilities#takesNames() names} them itself
 * @param size how many instances there are to be once they are there
 */
public record StartOrder(String action, FencingToken token, List<String> nodes, int size) {
    /** Copies the names. */
    public StartOrder {
        nodes = List.copyOf(nodes);
    }
}
