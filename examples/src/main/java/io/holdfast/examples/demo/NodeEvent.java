package io.holdfast.examples.demo;

/**
 * Something that has happened at a node; one JSON object a line, after {@link #MARK}.
 *
 * @param node where
 * @param nanos when, by {@link SharedClock}
 * @param token of the grant that it is about; 0 if of none
 * @param text for people
 */
record NodeEvent(String node, Kind kind, long nanos, long token, String text) {
    static final String MARK = "! ";

    /** What. */
    enum Kind {
        /** {@code onMaster} begins. */
        ON_MASTER,
        /** {@code onMaster} has returned. */
        ON_MASTER_RETURNED,
        /** {@code onSlave} begins. */
        ON_SLAVE,
        /** {@code onSlave} has returned. */
        ON_SLAVE_RETURNED,
        /** It has found its grant valid, and has not written yet. */
        LOOKED,
        /** The store has carried out a write. */
        WROTE,
        /** The store has refused one. */
        REFUSED,
        /** The store has given no answer. */
        STORE_FAILED,
        /** Another node is master. */
        HANDED_OVER,
        /** None became it. */
        HAND_OVER_FAILED,
        /** It has heard of another one, and of what; as {@code node-4 JOINED}. */
        MEMBER,
        /** It has been given a vote. */
        VOTES,
        /** It has given its vote up and is no part of the cluster any more. */
        LEFT_CLUSTER,
        /** The cluster did not let it have a vote, or could not spare it. */
        SHAPE_REFUSED,
        /** It has made a backup; its id. */
        BACKED_UP,
        /** It has not, and why: another node does that, for instance. */
        NOT_BACKED_UP,
        /** It decides on scaling, and wants another number of nodes; that, and why. */
        SIZE_DECIDED,
        /** A node could not be started, stopped or taken away; which, and why. */
        SCALING_FAILED,
        /** What its copy of a map holds; the index at which it was asked for, and what {@link MapContent#toText} says. */
        CONTENT
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }
}
