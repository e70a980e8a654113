package io.holdfast.core.spi;

import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Members;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Knows who belongs to the cluster and who is there: a {@link RunningFeature} that implements this tells all others. A
 * cluster has one at the most. How features meet that must not know each other: one says of its node that it is master, or
 * how far it has come, and another, on another node, reads it.
 */
public interface Membership {

    /** Who is there, at this moment. Safe from any thread; costs nothing. */
    Members members();

    /** Says who hears of every change from now on, in order, on the loop. Called on the loop. */
    void listen(Consumer<MemberEvent> listener);

    /**
     * Changes what this node says of itself to the others. Safe from any thread, also before the
     * feature has started; what {@code change} throws the caller gets. Changes are gathered: what only {@linkplain
     * MemberFacts#load() load} says may take some seconds to leave the node, everything else leaves at once.
     */
    void say(UnaryOperator<MemberFacts> change);

    /**
     * Something else than this feature found out that a node cannot be reached; it is looked at sooner. Called on the loop.
     *
     * @param refused true if its machine answered that nobody listens there, which is evidence that the process is gone
     */
    void doubt(String nodeId, boolean refused);
}
