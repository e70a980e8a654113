package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final List<Runnable> callbacks = new ArrayList<>();
    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    private CompletableFuture<String> answer() {
        return Answers.on(callbacks::add, outcome);
    }

    private void runCallbacks() {
        assertEquals(1, callbacks.size());
        callbacks.get(0).run();
    }

    @Test
    void aValueIsToldWhereCallbacksRun() throws Exception {
        CompletableFuture<String> answer = answer();
        outcome.complete("made");
        assertFalse(answer.isDone());
        runCallbacks();
        assertEquals("made", answer.get());
    }

    @Test
    void soIsAFailure() {
        CompletableFuture<String> answer = answer();
        NotAvailableException failure = new NotAvailableException("another node does that");
        outcome.completeExceptionally(failure);
        assertFalse(answer.isDone(), "it was told on the thread that failed it");
        runCallbacks();
        assertSame(failure, assertThrows(ExecutionException.class, answer::get).getCause());
    }

    @Test
    void whatNobodyCanBeToldOfFailsAllTheSame() {
        CompletableFuture<String> answer = Answers.on(
                task -> {
                    throw new RejectedExecutionException("closed");
                },
                outcome);
        outcome.complete("made");
        assertTrue(answer.isCompletedExceptionally());
    }
}
