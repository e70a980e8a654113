package io.holdfast.benchmarks.members;

import java.util.List;

/** A library by which nodes know each other; one with a constructor that takes its settings as a string. */
public interface MemberSystem {
    /** Hears that a node no longer takes another one for a member. On any thread. */
    interface Listener {
        void removed(String by, String who);
    }

    /**
     * What a library says that it has sent; 0 where it does not say.
     *
     * @param bytes without what carries them
     */
    record Sent(long messages, long bytes) {}

    /**
     * Starts a node on the loopback address; returns when it runs.
     *
     * @param port that it listens on; it may also use those up to 200 above it
     * @param seed the port of the first node; its own, if it is the first one
     */
    MemberNode start(String name, int port, int seed, Listener listener) throws Exception;

    /** The sum over these nodes since they started. */
    Sent sent(List<MemberNode> nodes);
}
