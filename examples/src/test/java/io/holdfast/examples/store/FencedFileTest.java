package io.holdfast.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencedFileTest {
    private final Path path;

    FencedFileTest(@TempDir Path directory) {
        path = directory.resolve("record");
    }

    @Test
    void aSmallerTokenChangesNothing() throws IOException {
        try (FencedFile file = FencedFile.open(path)) {
            assertEquals(new Attempt(1, "a", 1, true, 1, 1), file.write("a", 1));
            assertEquals(new Attempt(2, "b", 3, true, 3, 2), file.write("b", 3));
            assertEquals(new Attempt(3, "a", 1, false, 3, 2), file.write("a", 1));
            assertEquals(new Attempt(4, "b", 3, true, 3, 3), file.write("b", 3));
        }
        assertEquals(4, FencedFile.read(path).size());
    }

    @Test
    void theFenceHoldsAcrossRestartsAndATornLineIsCutOff() throws IOException {
        try (FencedFile file = FencedFile.open(path)) {
            file.write("b", 3);
        }
        Files.writeString(path, "2 a 4 acc", StandardOpenOption.APPEND);
        try (FencedFile file = FencedFile.open(path)) {
            assertEquals(new Attempt(2, "a", 1, false, 3, 1), file.write("a", 1));
        }
        assertEquals(
                List.of(new Attempt(1, "b", 3, true, 3, 1), new Attempt(2, "a", 1, false, 3, 1)),
                FencedFile.read(path));
    }
}
