package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("history.jsonl");
    }

    private interface Calls {
        void make(HistoryWriter history) throws IOException;
    }

    private HistoryFile.Summary check(Calls calls) throws IOException {
        try (HistoryWriter history = new HistoryWriter(file)) {
            calls.make(history);
        }
        return HistoryFile.check(file);
    }

    @Test
    void theShapeIsJepsens() throws IOException {
        check(history -> history.write(3, "invoke", "cas", "k", HistoryWriter.json("a", null), ""));
        String line = Files.readString(file);
        assertTrue(
                line.matches(
                        "\\{\"process\":3,\"type\":\"invoke\",\"f\":\"cas\",\"key\":\"k\",\"value\":\\[\"a\",null\\],"
                                + "\"time\":\\d+\\}\n"),
                line);
    }

    @Test
    void whatHappenedInOrderIsLinearizable() throws IOException {
        HistoryFile.Summary summary = check(history -> {
            both(history, 0, "put", "\"a\"", "ok", "\"a\"");
            both(history, 1, "get", "null", "ok", "\"a\"");
            both(history, 0, "cas", "[\"a\",\"b\"]", "ok", "[\"a\",\"b\"]");
            mismatch(history, 1, "[\"a\",\"c\"]");
            both(history, 1, "remove", "null", "ok", "null");
            both(history, 1, "get", "null", "ok", "null");
        });
        assertEquals(Verdict.LINEARIZABLE, summary.verdict(), summary.report());
        assertEquals(
                List.of(6L, 5L, 1L, 0L),
                List.of(summary.operations(), summary.ok(), summary.failed(), summary.unknown()));
    }

    @Test
    void aStaleReadIsFound() throws IOException {
        assertViolation(history -> {
            both(history, 0, "put", "\"a\"", "ok", "\"a\"");
            both(history, 0, "put", "\"b\"", "ok", "\"b\"");
            both(history, 1, "get", "null", "ok", "\"a\"");
        });
    }

    @Test
    void aLostWriteIsFoundByARemovedValue() throws IOException {
        assertViolation(history -> {
            both(history, 0, "put", "\"a\"", "ok", "\"a\"");
            both(history, 1, "get", "null", "ok", "null");
        });
    }

    @Test
    void aMismatchHasToHaveAReason() throws IOException {
        assertViolation(history -> {
            both(history, 0, "put", "\"a\"", "ok", "\"a\"");
            mismatch(history, 1, "[\"a\",\"c\"]");
        });
    }

    @Test
    void whatFailedHadNoEffectAndWhatIsUnknownMayHaveHadOne() throws IOException {
        assertViolation(history -> {
            both(history, 0, "put", "\"a\"", "fail", "\"a\"");
            both(history, 1, "get", "null", "ok", "\"a\"");
        });
        HistoryFile.Summary summary = check(history -> {
            both(history, 0, "put", "\"a\"", "info", "\"a\"");
            both(history, 1, "get", "null", "ok", "null");
            both(history, 1, "get", "null", "ok", "\"a\"");
        });
        assertEquals(Verdict.LINEARIZABLE, summary.verdict(), summary.report());
    }

    @Test
    void aCallWithoutAnAnswerIsUnknown() throws IOException {
        HistoryFile.Summary summary = check(history -> history.write(0, "invoke", "put", "k", "\"a\"", ""));
        assertEquals(1, summary.unknown());
    }

    @Test
    void aProcessDoesNotGoOnAfterAnUnknownOutcome() {
        assertThrows(
                IOException.class,
                () -> check(history -> {
                    both(history, 0, "put", "\"a\"", "info", "\"a\"");
                    both(history, 0, "get", "null", "ok", "null");
                }));
    }

    private void assertViolation(Calls calls) throws IOException {
        HistoryFile.Summary summary = check(calls);
        assertEquals(Verdict.VIOLATION, summary.verdict());
        assertTrue(summary.report().contains("key k"), summary.report());
    }

    private static void both(HistoryWriter history, int process, String f, String value, String type, String answer)
            throws IOException {
        history.write(process, "invoke", f, "k", value, "");
        history.write(process, type, f, "k", answer, "");
    }

    private static void mismatch(HistoryWriter history, int process, String pair) throws IOException {
        history.write(process, "invoke", "cas", "k", pair, "");
        history.write(process, "fail", "cas", "k", pair, HistoryWriter.MISMATCH);
    }
}
