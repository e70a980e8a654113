package io.holdfast.cli;

/** What the {@code ha} command exits with. */
final class ExitCodes {
    /** All is well. */
    static final int WHOLE = 0;
    /** The log ends in a torn write, as a crash leaves it. */
    static final int TORN_TAIL = 1;
    /** Something that had been stored cannot be read. */
    static final int DAMAGED = 2;
    /** It is no node's directory, or cannot be read at all. */
    static final int UNREADABLE = 3;
    /** What would be done was only said. */
    static final int NOT_CONFIRMED = 4;
    /** The command was not understood. */
    static final int USAGE = 64;

    private ExitCodes() {}
}
