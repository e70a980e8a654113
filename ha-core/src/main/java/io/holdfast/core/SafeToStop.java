package io.holdfast.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a node may be stopped now, without the cluster losing its quorum, the master without a successor, or the service.
 * True of the moment: ask, stop one node, wait until it is back, and ask again before the next.
 *
 * @param nodeId the node that would be stopped
 * @param safe true if it may be
 * @param reasons for people: why not, each by itself; or, if it is safe, what is to be known of it
 * @param askNode another node that knows it, if this one does not; empty if there is nobody else to ask
 */
public record SafeToStop(String nodeId, boolean safe, List<String> reasons, String askNode) {

    /** A copy of its own. */
    public SafeToStop {
        reasons = List.copyOf(reasons);
    }

    /** It may be stopped. */
    public static SafeToStop yes(String nodeId, String... toKnow) {
        return new SafeToStop(nodeId, true, List.of(toKnow), "");
    }

    /** It may not be stopped. */
    public static SafeToStop no(String nodeId, String... reasons) {
        return new SafeToStop(nodeId, false, List.of(reasons), "");
    }

    /** This node cannot tell, and that one can. */
    public static SafeToStop ask(String nodeId, String askNode, String reason) {
        return new SafeToStop(nodeId, false, List.of(reason), askNode);
    }

    /** Safe if both say so. Another node can be asked only in place of who cannot tell: never where one of them says no. */
    SafeToStop and(SafeToStop other) {
        if (safe != other.safe()) {
            return safe ? other : this;
        }
        List<String> all = new ArrayList<>(reasons);
        all.addAll(other.reasons());
        return new SafeToStop(nodeId, safe, all, askNode.equals(other.askNode()) ? askNode : "");
    }
}
