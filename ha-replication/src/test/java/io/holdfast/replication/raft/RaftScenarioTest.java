package io.holdfast.replication.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Golden traces: each file in {@code src/test/scenarios} holds commands (lines that begin with {@code >}, see {@link
 * Scenario}) and under each what the voters did. {@code -Dscenarios.rewrite=true} writes them anew; read the difference
 * before you commit it.
 */
class RaftScenarioTest {
    private static final Path DIRECTORY = Path.of("src", "test", "scenarios");

    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(DIRECTORY)) {
            files = all.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        assertFalse(files.isEmpty(), "no scenario in " + DIRECTORY.toAbsolutePath());
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> compare(file)));
    }

    private static void compare(Path file) throws IOException {
        List<String> expected = Files.readAllLines(file);
        List<String> actual = new ArrayList<>();
        Scenario scenario = new Scenario();
        for (String line : expected) {
            if (line.startsWith("#") || line.isBlank()) {
                actual.add(line);
            } else if (line.startsWith(">")) {
                actual.add(line);
                actual.addAll(scenario.run(line.substring(1).strip()));
            }
        }
        if (Boolean.getBoolean("scenarios.rewrite")) {
            Files.write(file, actual);
            return;
        }
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertEquals(expected.get(i), actual.get(i), file + ":" + (i + 1));
        }
        assertEquals(expected.size(), actual.size(), file + " has lines too many or too few");
    }
}
