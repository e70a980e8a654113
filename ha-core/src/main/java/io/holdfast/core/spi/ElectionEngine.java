package io.holdfast.core.spi;

import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides which node holds a role: a {@link RunningFeature} that implements this serves all roles of its cluster, the
 * {@linkplain #MASTER master} among them. The cluster has one engine at the most.
 *
 * <p>An engine gives grants and takes them away; the cluster runs the callbacks, watches the end of each grant with a thread of
 * its own, and says when the callbacks have returned. All methods are called, and call back, on the node's loop.
 *
 * <p>What every engine promises, and a contract test asks of it:
 * <ul>
 *   <li>tokens of a role rise with every grant, also across restarts of the engine and its servers;
 *   <li>a grant is told only after the write that makes it has been confirmed, and {@code validUntil} is counted from
 *       <em>before</em> that request, or the renewal, was sent;
 *   <li>nobody is granted a role before the last holder has released it, or its grant, {@link Guarantees#clockDrift} and the
 *       holder's {@code stopWithin} have passed;
 *   <li>each grant ends once: by {@code release} or {@code withdraw}, or by {@code revoked}.
 * </ul>
 */
public interface ElectionEngine {
    /** The role that the whole cluster's master holds. */
    String MASTER = "master";

    /**
     * Stands for a role from now on, until {@link Candidacy#withdraw}. At most once at a time for each role.
     *
     * @throws IllegalArgumentException if the engine cannot serve that
     */
    Candidacy campaign(Campaign campaign, Listener listener);

    /** Who holds that role now, as far as this node knows without asking. Safe from any thread. */
    Optional<RoleHolder> holder(String role);

    /**
     * What grants of that role rest on: an engine may renew those of the master otherwise than those of other roles. Safe from any
     * thread.
     *
     * @param role {@link #MASTER} or another, whether or not anybody stands for it
     */
    Guarantees guarantees(String role);

    /**
     * What a node stands with.
     *
     * @param role {@link #MASTER}, or 1 to 64 letters, digits, dots, hyphens and underscores
     * @param priority among nodes that are equally healthy the highest is preferred; -100 to 100
     * @param stopWithinNanos how long the node's callbacks may go on after a grant has ended
     */
    record Campaign(String role, int priority, long stopWithinNanos) {}

    /**
     * What the grants of a role rest on.
     *
     * @param lease how long a grant lasts without being renewed
     * @param clockDrift by how much, at most, clocks that run at different rates may differ during a lease
     * @param description of its assumptions, for people
     */
    record Guarantees(Duration lease, Duration clockDrift, String description) {}

    /** One node's standing for one role. */
    interface Candidacy {
        /**
         * Gives the grant back: its callbacks have returned, or were never run. Without effect if there is none any more. The
         * node goes on standing.
         *
         * @param to the node that is to have it next, if it can; empty for whoever suits best
         * @param pauseNanos for so long this node is not to have it if another stands; if none does, an engine may grant it to
         *     this node again, which waits for the rest of the pause, or leave it free for so long
         */
        void release(String to, long pauseNanos);

        /** Gives the grant back, as {@link #release} does, and stands no longer. Nothing is called back from now on. */
        void withdraw();

        /**
         * Why that node cannot be given the role now, for people; empty if it can as far as is known.
         *
         * @param to a node id; empty for anybody else
         */
        String whyNot(String to);
    }

    /** Hears of a candidacy. */
    interface Listener {
        /**
         * The node holds the role.
         *
         * @param validUntilNanos on the node's monotonic clock
         */
        void granted(FencingToken token, long validUntilNanos);

        /** The grant has been renewed. */
        void extended(long validUntilNanos);

        /** The grant is gone, or cannot be relied on any more. */
        void revoked(String reason);

        /** The role would be better with that node: the callbacks are to end, and then {@link Candidacy#release}. */
        void handOverWanted(String to, String reason);
    }
}
