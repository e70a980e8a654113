package io.holdfast.benchmarks.members;

/** A node as it sees the others. Safe from any thread. */
public interface MemberNode {
    String name();

    /** How many members it sees, itself included; those that it only suspects count. */
    int size();

    /** True if it takes that one for a member. */
    boolean sees(String name);

    /** How often it has suspected somebody. */
    long suspicions();
}
