package io.holdfast.replication.session;

import io.holdfast.replication.log.Batch;

/** Kinds of log entries; part of the format of the log. */
public final class EntryKind {
    /** Nothing but its batch's time; what a new master commits first, and one without work when something is due. */
    public static final int NOOP = 0;
    /** u64 token of the asker: opens a session, whose id is the entry's index. */
    public static final int OPEN_SESSION = 1;
    /** u64 session, u64 sequence, u64 answered, u8 machine, then the command. Machine 0 does nothing. */
    public static final int COMMAND = 2;
    /** u64 session, u64 answered: the session's user lives. */
    public static final int KEEP_ALIVE = 3;
    /** u64 session: it is not needed any more. */
    public static final int CLOSE_SESSION = 4;

    /** A {@link io.holdfast.replication.log.Configuration}; always alone in its batch. */
    public static final int CONFIGURATION = Batch.CONFIGURATION_KIND;

    /** Bytes before the command in a {@link #COMMAND}. */
    public static final int COMMAND_HEADER = 25;

    private EntryKind() {}
}
