package io.holdfast.core.spi;

/** What the far end sent breaks the protocol. It costs the far end its connection, and nobody anything else. */
public class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 2_048;

    /** @param message which rule was broken, with the numbers; it may quote what the far end sent */
    public MalformedFrameException(String message) {
        super(Printable.of(message, LONGEST));
    }
}
