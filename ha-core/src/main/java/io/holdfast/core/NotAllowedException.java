package io.holdfast.core;

/** An operator's command was refused: the certificate gives too small a role. Nothing was done. */
public class NotAllowedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /** @param message which role is there, and which is needed */
    public NotAllowedException(String message) {
        super(message);
    }
}
