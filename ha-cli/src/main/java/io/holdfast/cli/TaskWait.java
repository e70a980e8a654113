package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Waits for what a node has begun, all of it for no longer than once. Who does not answer is asked again: for hours a connection is refused or slow
 * now and then. For one thread.
 */
final class TaskWait {
    private static final long SHORTEST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 5_000;
    private static final long NANOS_A_MILLI = 1_000_000;

    private final Node node;
    private final long longestMillis;
    private final LongSupplier nanoTime;
    private final LongConsumer pauseMillis;
    private final long limitMillis;
    private final long began;

    /** Who is asked how a task stands; throws as {@link NodeOptions#ask} does. */
    @FunctionalInterface
    interface Node {
        JsonNode ask(Map<String, String> arguments);
    }

    /**
     * It begins now.
     *
     * @param answersWithinMillis how long one question may take
     * @param pauseMillis waits for so long
     * @param limitMillis how long to wait for all tasks together
     */
    TaskWait(Node node, long answersWithinMillis, LongSupplier nanoTime, LongConsumer pauseMillis, long limitMillis) {
        this.node = node;
        this.longestMillis = Math.min(LONGEST_MILLIS, answersWithinMillis / 2);
        this.nanoTime = nanoTime;
        this.pauseMillis = pauseMillis;
        this.limitMillis = limitMillis;
        this.began = nanoTime.getAsLong();
    }

    /**
     * The end of a task. Also when all time is over it is asked for once: it may have ended meanwhile.
     *
     * @param progress how it stands before that
     * @param trouble why nothing is known at present
     * @throws OutcomeUnknownException if it has not ended in time, or the node does not know it any more
     */
    JsonNode end(String task, Consumer<JsonNode> progress, Consumer<String> trouble) {
        long wait = SHORTEST_MILLIS;
        while (true) {
            long left = Math.max(0, limitMillis - (nanoTime.getAsLong() - began) / NANOS_A_MILLI);
            long millis = Math.min(left, Math.min(wait, longestMillis));
            String last;
            try {
                JsonNode stands = node.ask(Map.of("task", task, "waitMillis", Long.toString(millis)));
                String state = Text.of(stands.path("state"));
                if (state.equals("unknown")) {
                    throw new Forgotten(Text.of(stands.path("detail")));
                }
                if (!state.equals("waiting") && !state.equals("running")) {
                    return stands;
                }
                last = "it goes on at " + Text.of(stands.path("node"));
                progress.accept(stands);
            } catch (Forgotten forgotten) {
                throw forgotten;
            } catch (NotAvailableException | OutcomeUnknownException | RequestFailedException unanswered) {
                last = String.valueOf(unanswered.getMessage());
                trouble.accept(last);
                pauseMillis.accept(millis);
            }
            if (left == 0) {
                throw new OutcomeUnknownException(
                        "it was begun, and is not known to be over after " + limitMillis / 1_000 + " s: " + last);
            }
            wait = Math.min(LONGEST_MILLIS, wait + wait / 2);
        }
    }

    /** Asking again would tell nothing else. */
    private static final class Forgotten extends OutcomeUnknownException {
        private static final long serialVersionUID = 1L;

        Forgotten(String detail) {
            super("it was begun, and what has come of it is not known: " + detail);
        }
    }
}
