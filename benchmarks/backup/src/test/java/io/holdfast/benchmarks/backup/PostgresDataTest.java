package io.holdfast.benchmarks.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresDataTest {
    private final List<String> commands = new ArrayList<>();

    @Test
    void aServerThatCannotBeFilledIsStoppedAndRemoved(@TempDir Path temporary) throws Exception {
        Path directory = Files.createDirectory(temporary.resolve("pg"));
        Files.writeString(directory.resolve("log"), "started");
        IOException failure = new IOException("the disk is full");
        IOException thrown = assertThrows(
                IOException.class,
                () -> PostgresData.fill(directory, 1, command -> {
                    commands.add(command);
                    throw commands.size() == 1 ? failure : new IOException("there is none");
                }));
        assertSame(failure, thrown);
        assertEquals(1, thrown.getSuppressed().length);
        assertEquals(2, commands.size());
        assertTrue(commands.get(1).contains("-m immediate stop"), commands.get(1));
        assertFalse(Files.exists(directory));
    }

    @Test
    void oneThatIsFilledStays(@TempDir Path directory) throws Exception {
        PostgresData.fill(directory, 1, commands::add);
        assertEquals(1, commands.size());
        assertTrue(commands.get(0).endsWith("stop >/dev/null"), commands.get(0));
        assertTrue(Files.exists(directory));
    }
}
