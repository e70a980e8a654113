package io.holdfast.core;

/** A node did not start. Nothing of it is left behind: no thread, no socket, no lock, no open file. */
public final class StartFailedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message which node, and what to do
     * @param cause what went wrong
     */
    public StartFailedException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
