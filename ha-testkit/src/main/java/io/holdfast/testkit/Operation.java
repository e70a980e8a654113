package io.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/**
 * One call of a client and what it knows of it. Made by {@link History}.
 *
 * @param process which client; a client makes one call at a time
 * @param function what it called, in the words of the {@link Model}
 * @param key on what; operations on different keys do not concern each other
 * @param input what it passed
 * @param output what came back, if {@code outputKnown}
 * @param outputKnown false if nothing came back that could be checked
 * @param outcome what became of it
 * @param startNanos virtual time of the call
 * @param endNanos virtual time of the answer; {@code Long.MAX_VALUE} if the outcome is unknown
 * @param startOrder place of the call among all calls and answers of the history
 * @param endOrder place of the answer; {@code Integer.MAX_VALUE} if the outcome is unknown
 */
public record Operation(
        int process,
        String function,
        String key,
        @Nullable Object input,
        @Nullable Object output,
        boolean outputKnown,
        Outcome outcome,
        long startNanos,
        long endNanos,
        int startOrder,
        int endOrder) {

    /** What a client knows of its call. */
    public enum Outcome {
        /** It took effect between call and answer. */
        OK,
        /** It took no effect, and never will. */
        FAIL,
        /** Nobody knows: it took effect at some time after the call, or will, or never. */
        INFO
    }

    /** The same with an unknown outcome, as it looked to somebody who stopped looking before the answer came. */
    Operation withoutAnswer() {
        return new Operation(
                process,
                function,
                key,
                input,
                null,
                false,
                Outcome.INFO,
                startNanos,
                Long.MAX_VALUE,
                startOrder,
                Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
        String call = String.format("process %d  %s(%s%s)", process, function, key, input == null ? "" : ", " + input);
        return switch (outcome) {
            case OK ->
                "[" + Times.text(startNanos) + " .. " + Times.text(endNanos) + "]  " + call + " -> "
                        + (outputKnown ? output : "ok");
            case FAIL -> "[" + Times.text(startNanos) + " .. " + Times.text(endNanos) + "]  " + call + " failed";
            case INFO -> "[" + Times.text(startNanos) + " .. ?]  " + call + " -> unknown";
        };
    }
}
