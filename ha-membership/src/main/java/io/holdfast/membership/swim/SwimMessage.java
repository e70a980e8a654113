package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import java.util.List;

/** What datagrams are made of; a datagram carries several. */
public sealed interface SwimMessage {

    /**
     * Are you {@code target}, and alive?
     *
     * @param sequence comes back in the answer; 0 to 2^31 - 1
     * @param target who is meant; whoever else gets it does not answer
     * @param from who asks
     */
    record Ping(long sequence, String target, String from) implements SwimMessage {}

    /** Ping {@code target} for me, and pass the answer on; or say {@link Nack} so that I know that you are there. */
    record PingRequest(long sequence, String target, Address address, String from) implements SwimMessage {}

    /** The pinged is alive. */
    record Ack(long sequence) implements SwimMessage {}

    /** I had no answer yet, but I am here. */
    record Nack(long sequence) implements SwimMessage {}

    /** What a member says of itself, passed on by anybody. */
    record Alive(MemberInfo member) implements SwimMessage {}

    /**
     * Somebody had no answer from it.
     *
     * @param by who found that out independently of each other, the first one first; 1 to {@link #MAX_BY}
     * @param refused true if its address refused a connection
     */
    record Suspect(String id, long boot, long incarnation, List<String> by, boolean refused) implements SwimMessage {
        /** More do not shorten anything. */
        public static final int MAX_BY = 8;
    }

    /** It did not refute in time. */
    record Dead(String id, long boot, long incarnation, String by) implements SwimMessage {}

    /** It said that it goes. */
    record Left(String id, long boot, long incarnation) implements SwimMessage {}

    /**
     * The sum of the sender's table.
     *
     * @param digest the same whenever the tables of the living are the same, whatever the order
     * @param answer true if it answers another, which was different
     */
    record Digest(String from, long digest, boolean answer) implements SwimMessage {}

    /**
     * From one process to another of the same id: I am that member; are you alive, too?
     *
     * @param ageNanos for how long the sender has been running
     * @param address where the sender is
     */
    record Claim(String id, long boot, long incarnation, long ageNanos, Address address) implements SwimMessage {}

    /** A user's message to all. */
    record Broadcast(String origin, long originBoot, long sequence, byte[] payload) implements SwimMessage {
        /** Bytes of payload. */
        public static final int MAX_PAYLOAD = 512;
    }

    /** A user's message to one. */
    record Direct(String from, String target, long boot, byte[] payload) implements SwimMessage {}
}
