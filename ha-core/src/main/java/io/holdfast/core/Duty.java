package io.holdfast.core;

/** What the holder of a role has to do, as callbacks of the user's: {@code begin} and {@code end} never overlap. */
interface Duty {
    /** The role has been granted. Interrupted when the grant ends. */
    void begin(Grant grant) throws Exception;

    /** The grant has ended, and {@code begin} has returned, or was never called. */
    void end(String reason) throws Exception;

    /** True if the duty is done once {@code begin} has returned; else it lasts until the grant ends. */
    boolean endsByReturning();

    /** True if nobody relies on the grant's being valid, so that one that lapses may be renewed. */
    default boolean isPassive() {
        return false;
    }
}
