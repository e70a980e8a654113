package io.holdfast.core.spi;

/** What the far end sent breaks the protocol. It costs the far end its connection, and nobody anything else. */
public class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which rule was broken, with the numbers */
    public MalformedFrameException(String message) {
        super(message);
    }
}
