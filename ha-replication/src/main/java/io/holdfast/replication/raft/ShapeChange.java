package io.holdfast.replication.raft;

import io.holdfast.replication.log.Voter;

/**
 * Who is to vote from now on, besides those who do already; or that the log's level is to be raised, and then nothing else.
 *
 * @param added a node that has joined and is to get a vote; empty for none
 * @param removed a node that is to belong to the cluster no longer; empty for none
 * @param asWanted true if as many are wanted to vote afterwards as before, so that the autopilot gives the place to another
 * @param raises true if the log is to be at the highest level that all support
 */
public record ShapeChange(String added, String removed, boolean asWanted, boolean raises) {

    /** Refuses one that changes nothing, means one node twice, or names what no node is called: it goes to logs. */
    public ShapeChange {
        check(added);
        check(removed);
        boolean names = !added.isEmpty() || !removed.isEmpty();
        if (raises && names) {
            throw new IllegalArgumentException("the level is raised for all nodes, and names none");
        }
        if (!raises && added.equals(removed)) {
            throw new IllegalArgumentException(
                    added.isEmpty() ? "a change that names no node" : added + " cannot replace itself");
        }
    }

    /** As people decide it: they want one more, or one fewer. */
    public ShapeChange(String added, String removed) {
        this(added, removed, false, false);
    }

    /** The same, while as many are wanted as before. */
    public ShapeChange whileAsManyAreWanted() {
        return new ShapeChange(added, removed, true, raises);
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

    /** No other voters: the log's level is raised. */
    public static ShapeChange raise() {
        return new ShapeChange("", "", false, true);
    }

    /** The one for the other, in one step. */
    public static ShapeChange replace(String removed, String added) {
        return new ShapeChange(added, removed);
    }

    @Override
    public String toString() {
        if (raises) {
            return "raise the log's level";
        }
        if (added.isEmpty()) {
            return "remove " + removed;
        }
        return removed.isEmpty() ? "add " + added : "replace " + removed + " by " + added;
    }
}
