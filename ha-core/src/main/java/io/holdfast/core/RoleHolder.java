package io.holdfast.core;

/**
 * Who holds a role, as far as this node knows.
 *
 * @param nodeId the holder
 * @param token of its grant
 */
public record RoleHolder(String nodeId, FencingToken token) {}
