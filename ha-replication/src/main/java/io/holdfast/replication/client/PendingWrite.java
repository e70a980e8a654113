package io.holdfast.replication.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A command that has not been answered. On the loop, but for the telling of its caller. */
public final class PendingWrite extends Request {
    private static final byte[] NOTHING = new byte[0];

    private static final int WAITS = 0;
    private static final int TOLD = 1;
    private static final int TOLD_EARLY = 2;
    private static final VarHandle CALLER;

    static {
        try {
            CALLER = MethodHandles.lookup().findVarHandle(PendingWrite.class, "caller", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Whether the caller still waits: the loop and the machine's thread both may tell it, and only one of them does. */
    @SuppressWarnings("UnusedVariable") // by the handle
    private volatile int caller = WAITS;

    private final boolean storedOnly;
    private byte machine;
    private byte[] command;
    private long sequence;
    /** More than once is twice. */
    private byte timesSent;

    private boolean toldStored;
    private boolean finished;
    private boolean callerGone;

    PendingWrite(int machine, byte[] command, boolean storedOnly, long deadlineNanos, boolean blocking) {
        super(deadlineNanos, command.length, blocking);
        this.machine = (byte) machine;
        this.command = command;
        this.storedOnly = storedOnly;
    }

    /** True if the loop is to tell the caller what became of it, false if it has been told. */
    boolean tell() {
        return CALLER.compareAndSet(this, WAITS, TOLD);
    }

    /** As {@link #tell}, for the thread on which it was applied. */
    boolean tellEarly() {
        return CALLER.compareAndSet(this, WAITS, TOLD_EARLY);
    }

    /** True if {@link #tellEarly} was; its permits have then been given back as well. */
    boolean toldEarly() {
        return caller == TOLD_EARLY;
    }

    /** True if the caller wants no result. */
    boolean wantsNoResult() {
        return storedOnly;
    }

    /** Its caller has been told that it is on the master's disk. On the loop. */
    void toldStored() {
        toldStored = true;
    }

    boolean isToldStored() {
        return toldStored;
    }

    /** True if the caller is content when it is on the master's disk, and waits for that. */
    public boolean isStoredOnly() {
        return storedOnly && caller == WAITS;
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
        timesSent = (byte) Math.min(timesSent + 1, 2);
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
