package io.holdfast.replication.wire;

import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;

/**
 * What the user of a log and a node say to each other. Byte buffers are slices of the frame that they came in: who keeps
 * one retains it.
 */
public sealed interface ClientMessage {

    /** Open a session. Answered by {@link Opened}. */
    record Open(long request) implements ClientMessage {}

    /**
     * Commands, numbered from {@code firstSequence}.
     *
     * @param answeredBelow the client has the answers to all before this one
     */
    record Submit(long session, long answeredBelow, long firstSequence, List<Command> commands)
            implements ClientMessage {}

    /**
     * One command for one machine.
     *
     * @param tellStored true if the user also wants to know when it is on the master's disk
     */
    record Command(int machine, boolean tellStored, ByteBuf bytes) {}

    /** The session's user lives. */
    record KeepAlive(long session, long answeredBelow) implements ClientMessage {}

    /** The session is not needed any more. */
    record Close(long session) implements ClientMessage {}

    /** A read. Answered by {@link Read}. */
    record Query(long request, int machine, Freshness freshness, ByteBuf bytes) implements ClientMessage {}

    /** Who is master? Answered by an {@link Announcement}, which can get lost with a link. */
    record Ask() implements ClientMessage {}

    /**
     * Said at once to whoever connects, and whenever it changes.
     *
     * @param term the node's term
     * @param master the id of that term's master, empty while unknown
     * @param voters all voters, id to address
     */
    record Announcement(long term, String master, Map<String, String> voters) implements ClientMessage {}

    /** A session has been opened; 0 if that failed. */
    record Opened(long request, long session) implements ClientMessage {}

    /**
     * Outcomes of commands.
     *
     * @param appliedIndex none of them comes from an entry after this one
     */
    record Answers(long session, long appliedIndex, List<CommandAnswer> answers) implements ClientMessage {}

    /** Outcome of one command. */
    record CommandAnswer(long sequence, Outcome outcome, byte[] bytes) {}

    /** A read's answer. */
    record Read(long request, Outcome outcome, byte[] bytes) implements ClientMessage {}
}
