package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.RequestFailedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TaskWaitTest {
    private static final long DAY_MILLIS = 86_400_000;

    private final Deque<Supplier<JsonNode>> answers = new ArrayDeque<>();
    private final List<String> shown = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private long millis;
    private long told;

    /** The last answer is given again and again. */
    private JsonNode ask(Map<String, String> arguments) {
        asked.add(arguments.getOrDefault("task", ""));
        told = Long.parseLong(arguments.getOrDefault("waitMillis", ""));
        return (answers.size() > 1 ? answers.remove() : answers.element()).get();
    }

    private TaskWait waiting(long limitMillis) {
        return new TaskWait(this::ask, 30_000, () -> millis * 1_000_000, pause -> millis += pause, limitMillis);
    }

    private JsonNode end(TaskWait wait, String task) {
        return wait.end(task, stands -> shown.add(stands.path("state").asText()), shown::add);
    }

    private void answers(String state) {
        answers.add(() -> {
            millis += told; // a node waits for so long
            return new ObjectMapper()
                    .createObjectNode()
                    .put("state", state)
                    .put("node", "node-1")
                    .put("detail", "why");
        });
    }

    private void fails(RuntimeException failure) {
        answers.add(() -> {
            throw failure;
        });
    }

    @Test
    void whoDoesNotAnswerNowIsAskedAgain() {
        answers("running");
        fails(new NotAvailableException("refused"));
        fails(new OutcomeUnknownException("no answer"));
        fails(new RequestFailedException("so many are asked"));
        answers("running");
        answers("done");
        assertEquals("done", end(waiting(DAY_MILLIS), "7").path("state").asText());
        assertEquals(List.of("running", "refused", "no answer", "so many are asked", "running"), shown);
    }

    @Test
    void aTaskThatTheNodeDoesNotKnowIsNotWaitedFor() {
        answers("unknown");
        OutcomeUnknownException unknown =
                assertThrows(OutcomeUnknownException.class, () -> end(waiting(DAY_MILLIS), "7"));
        assertTrue(String.valueOf(unknown.getMessage()).endsWith("not known: why"), unknown.getMessage());
        assertEquals(1, asked.size());
    }

    @Test
    void aNodeThatIsGoneIsWaitedForUntilTheEndAndNotWithoutPauses() {
        fails(new NotAvailableException("refused"));
        OutcomeUnknownException late = assertThrows(OutcomeUnknownException.class, () -> end(waiting(60_000), "7"));
        assertTrue(String.valueOf(late.getMessage()).contains("after 60 s: refused"), late.getMessage());
        assertEquals(60_000, millis);
        assertTrue(asked.size() < 40, "asked " + asked.size() + " times");
    }

    /** Not each for as long: the first that is late must not have the others waited for anew, nor hide how they ended. */
    @Test
    void allAreWaitedForTogether() {
        TaskWait wait = waiting(60_000);
        answers("running");
        assertThrows(OutcomeUnknownException.class, () -> end(wait, "1"));
        assertEquals(60_000, millis);
        assertThrows(OutcomeUnknownException.class, () -> end(wait, "2"));
        assertEquals(60_000, millis);
        answers.clear();
        answers("failed");
        assertEquals("failed", end(wait, "3").path("state").asText());
    }
}
