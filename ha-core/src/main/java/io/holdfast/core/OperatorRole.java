package io.holdfast.core;

/**
 * What an operator's commands may do to a node, given by the name in the operator's certificate. Each role may do what those
 * before it may.
 */
public enum OperatorRole {
    /** Nothing: no command is answered. */
    NONE,
    /** See the state of the cluster and its configuration. */
    READ,
    /** Change it as well: membership, mastership, drains, snapshots. */
    OPERATE;

    /** True if whoever has this role may do what takes {@code needed}. */
    public boolean allows(OperatorRole needed) {
        return compareTo(needed) >= 0;
    }
}
