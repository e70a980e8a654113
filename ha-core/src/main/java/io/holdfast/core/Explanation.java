package io.holdfast.core;

import java.util.List;

/**
 * Why a node is as it is: what {@link HaCluster#explain()} says, and {@code ha explain} prints. A snapshot.
 *
 * @param nodeId the node that says so
 * @param findings what it knows, in the order in which one would want to read it
 */
public record Explanation(String nodeId, List<Finding> findings) {

    /** A copy of its own. */
    public Explanation {
        findings = List.copyOf(findings);
    }

    /** How a subject is. */
    public enum State {
        /** As it should be. */
        OK,
        /** Not as it should be, and expected to become so by itself. */
        WAITING,
        /** Somebody has to do something. */
        BROKEN
    }

    /**
     * About one thing.
     *
     * @param subject a word: {@code master}, {@code voters}, {@code ready}, {@code health}, {@code role invoices}
     * @param state how it is
     * @param reason why, for people, with the numbers
     * @param whatToDo for people; empty if there is nothing to do
     */
    public record Finding(String subject, State state, String reason, String whatToDo) {
        /** One with which nothing is to be done. */
        public Finding(String subject, State state, String reason) {
            this(subject, state, reason, "");
        }
    }

    /** The worst state of all findings; OK if there are none. */
    public State worst() {
        State worst = State.OK;
        for (Finding finding : findings) {
            worst = finding.state().compareTo(worst) > 0 ? finding.state() : worst;
        }
        return worst;
    }
}
