package io.holdfast.replication.roles;

/**
 * A role as it stands.
 *
 * @param holder the node that holds it, empty if none does
 * @param generation of that node's process
 * @param token of the grant
 * @param wanted the node that should have it instead, empty if the holder suits
 */
public record RoleView(String role, String holder, long generation, long token, String wanted) {}
