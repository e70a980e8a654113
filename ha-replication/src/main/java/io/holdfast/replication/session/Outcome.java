package io.holdfast.replication.session;

/** What became of a command; the codes are part of the wire format. */
public enum Outcome {
    /** Applied; the answer is the machine's. */
    APPLIED(0),
    /** The state machine threw; the answer is its message. */
    FAILED(1),
    /** Applied before, and its answer has been dropped since. */
    ANSWER_DROPPED(2),
    /** Not applied: an earlier one of the session is missing. */
    OUT_OF_ORDER(3),
    /** Not applied: there is no such session, or no more. */
    NO_SESSION(4),
    /** Not carried out: this node cannot answer now. For reads and for opening a session. */
    UNAVAILABLE(5),
    /** On the master's disk and not decided yet; another outcome follows. For those who want no more. */
    STORED(6);

    private static final Outcome[] ALL = values();
    private final int code;

    Outcome(int code) {
        this.code = code;
    }

    /** Its code. */
    public int code() {
        return code;
    }

    /** The outcome of that code, or null. */
    public static @org.jspecify.annotations.Nullable Outcome of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
}
