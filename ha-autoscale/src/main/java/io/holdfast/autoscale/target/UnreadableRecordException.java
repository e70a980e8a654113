package io.holdfast.autoscale.target;

/** A file says nothing that could be relied on. The message goes on behind the file's name. */
final class UnreadableRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableRecordException(String message) {
        super(message);
    }
}
