package io.holdfast.membership;

/**
 * What another node's code sent; see {@link MemberGossip}.
 *
 * @param from the id of the node that sent it
 * @param payload what it sent; the receiver's own copy
 * @param broadcast true if it went to everybody
 */
public record MemberMessage(String from, byte[] payload, boolean broadcast) {}
