package io.holdfast.core.internal.tls;

/** A file of certificates or keys is of no use; the message names it and says what to do. Holds no secret. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    PemException(String message) {
        super(message);
    }

    PemException(String message, Throwable cause) {
        super(message, cause);
    }
}
