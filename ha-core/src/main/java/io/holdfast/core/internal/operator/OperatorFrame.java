package io.holdfast.core.internal.operator;

/** What operators and nodes say to each other; {@code docs/formats.md} has the bytes. */
sealed interface OperatorFrame {

    /** Chosen by whoever asks, and repeated in the answer. */
    long id();

    /**
     * A command.
     *
     * @param timeoutMillis how long whoever asks will wait
     * @param arguments a JSON object whose values are strings
     */
    record Request(long id, long timeoutMillis, String command, byte[] arguments) implements OperatorFrame {}

    /**
     * What became of it.
     *
     * @param body JSON if the code is OK, else text for people
     */
    record Answer(long id, AnswerCode code, byte[] body) implements OperatorFrame {}
}
