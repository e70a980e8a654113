package io.holdfast.integrations.election;

import java.util.List;

/** What an {@link ElectionCore} wants of the store; one at a time. */
sealed interface Request {
    /** What it is, for people and metrics. */
    default String kind() {
        return "read";
    }

    /** All records. */
    record Read() implements Request {}

    /**
     * All changes or none.
     *
     * @param role which, of {@code TAKE} and {@code RELEASE}; empty else
     */
    record Write(Purpose purpose, String role, List<Change> changes) implements Request {
        @Override
        public String kind() {
            return purpose.word;
        }
    }

    /** Why something is written. */
    enum Purpose {
        /** That this node lives, and how it is. */
        RENEW("renew"),
        /** A free role becomes this node's. */
        TAKE("take"),
        /** A role is given back. */
        RELEASE("release"),
        /** Another node's record has not moved for too long. */
        EXPIRE("expire"),
        /** This node stops. */
        LEAVE("leave");

        private final String word;

        Purpose(String word) {
            this.word = word;
        }
    }
}
