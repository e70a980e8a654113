package io.holdfast.replication.client;

/** A command that has not been answered. On the loop, but for its {@link Call}. */
public final class PendingWrite extends Request {
    private static final byte[] NOTHING = new byte[0];

    private final int permitBytes;
    private int machine;
    private byte[] command;
    private long sequence;
    private int timesSent;
    private boolean finished;
    private boolean callerGone;

    PendingWrite(int machine, byte[] command, long deadlineNanos, Call call) {
        super(call, deadlineNanos);
        this.machine = machine;
        this.command = command;
        this.permitBytes = command.length;
    }

    /** For which machine; 0 for none. */
    public int machine() {
        return machine;
    }

    /** Its bytes. */
    public byte[] command() {
        return command;
    }

    /** Its number in the session. */
    public long sequence() {
        return sequence;
    }

    void number(long next) {
        sequence = next;
    }

    void markSent() {
        timesSent++;
    }

    /** More than 0: it may have been applied. */
    int timesSent() {
        return timesSent;
    }

    /** It certainly has not been applied: it starts anew, in another session. */
    void startAnew() {
        timesSent = 0;
        sequence = 0;
    }

    @Override
    int permitBytes() {
        return permitBytes;
    }

    /** An answer has come; it leaves the window when all before it have. */
    void finish() {
        finished = true;
        command = NOTHING;
    }

    boolean finished() {
        return finished;
    }

    /**
     * The caller has been told and waits no more. Its number is still to be used, or the session could not go on; if it
     * is sent again, then as a command that does nothing.
     */
    void callerGone() {
        callerGone = true;
        machine = 0;
        command = NOTHING;
    }

    boolean isCallerGone() {
        return callerGone;
    }
}
