package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EmbedStateMachineTest {
    private final Path directory;

    EmbedStateMachineTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    @Timeout(60)
    void theBankIsTheSameOnAllNodes() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        EmbedStateMachine.run(directory, new PrintStream(said, true, StandardCharsets.UTF_8));
        List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(4, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("refused: ") && lines.get(0).contains("alice has only 70"), lines.get(0));
        for (int i = 1; i <= 3; i++) {
            assertEquals("node-" + i + ": alice 70, bob 30", lines.get(i));
        }
    }
}
