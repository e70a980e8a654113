package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;

/**
 * Who is to vote from now on, besides those who do already.
 *
 * @param added a node that has joined and is to get a vote; empty for none
 * @param removed a node that is to belong to the cluster no longer; empty for none
 * @param asWanted true if as many are wanted to vote afterwards as before, so that the autopilot gives the place to another
 */
public record ShapeChange(String added, String removed, boolean asWanted) {

    /** Refuses one that changes nothing, means one node twice, or names what no node is called: it goes to logs. */
    public ShapeChange {
        check(added);
        check(removed);
        if (added.equals(removed)) {
            throw new IllegalArgumentException(
                    added.isEmpty() ? "a change that names no node" : added + " cannot replace itself");
        }
    }

    /** As people decide it: they want one more, or one fewer. */
    public ShapeChange(String added, String removed) {
        this(added, removed, false);
    }

    /** The same, while as many are wanted as before. */
    public ShapeChange whileAsManyAreWanted() {
        return new ShapeChange(added, removed, true);
    }

    private static void check(String nodeId) {
        if (!nodeId.isEmpty() && !Voter.isNodeId(nodeId)) {
            throw new IllegalArgumentException( // without the text, which may be anything
                    "a change of voters names what no node is called; use 1 to 64 letters, digits, dots, hyphens and underscores");
        }
    }

    /** That node gets a vote. */
    public static ShapeChange add(String nodeId) {
        return new ShapeChange(nodeId, "");
    }

    /** That node leaves. */
    public static ShapeChange remove(String nodeId) {
        return new ShapeChange("", nodeId);
    }

    /** The one for the other, in one step. */
    public static ShapeChange replace(String removed, String added) {
        return new ShapeChange(added, removed);
    }

    @Override
    public String toString() {
        if (added.isEmpty()) {
            return "remove " + removed;
        }
        return removed.isEmpty() ? "add " + added : "replace " + removed + " by " + added;
    }
}
