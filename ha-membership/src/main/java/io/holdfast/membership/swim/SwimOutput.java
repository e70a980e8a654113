package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import java.util.List;

/**
 * What {@link Swim} wants done. Called during its methods, which must not be called from here: whoever implements this hands
 * out or keeps what it is given, and returns.
 */
public interface SwimOutput {
    /** Send a datagram. The list is not used again by the core; all of it fits the configured bytes. */
    void send(Address to, List<SwimMessage> messages);

    /**
     * Open a stream to {@code to}, send {@code mine}, and say {@link Swim#pushPullAnswered} or {@link Swim#pushPullFailed}, one
     * of them, within some seconds. A few at a time at most.
     */
    void pushPull(Address to, SwimTable mine);

    /** Answer what came by {@link Swim#pushPullAsked} on that stream. */
    void answer(long stream, SwimTable mine);

    /**
     * Ask over a fresh connection whether that process (the boot counts, too) is alive, and say {@link Swim#probed} with {@code
     * probe} as soon as that is known. A result that comes late is ignored.
     */
    void probe(long probe, MemberInfo member);

    /** Keep a connection to it from now on (or to its changed address), and say {@link Swim#linkClosed} whenever that ends. */
    void watch(MemberInfo member);

    /** That connection is no longer wanted. */
    void unwatch(String id);

    /** The view has changed. */
    void changed(MemberChange change);

    /**
     * Two living processes have this node's id.
     *
     * @param other where the other one is
     * @param refused true if this one has to go: the core is silent from now on, and does nothing more
     */
    void conflict(Address other, long otherBoot, boolean refused);

    /** A user's message: a broadcast, once, or one sent to this node alone, perhaps not once. */
    void delivered(String origin, byte[] payload, boolean broadcast);

    /** {@link Swim#leave} is done: told to so many that all will know, or out of time. */
    void leaveDone();
}
