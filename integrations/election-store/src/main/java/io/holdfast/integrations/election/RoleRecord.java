package io.holdfast.integrations.election;

import io.holdfast.core.FencingToken;

/**
 * Who has a role, or had it last, under {@code role/<name>}; never deleted, since the next token follows from this one.
 *
 * @param held false once it has been given back
 * @param incarnation which run of that node, a key of the nodes' records
 * @param stopWithinMillis for how long the holder's callbacks may go on after its grant has ended
 * @param to who is to have it next; empty for whoever suits best, and while it is held
 */
record RoleRecord(
        FencingToken token, boolean held, String node, String incarnation, long stopWithinMillis, String to) {}
