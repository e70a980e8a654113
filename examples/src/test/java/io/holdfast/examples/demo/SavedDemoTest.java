package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's fifth act, with real processes that lose everything. */
@Timeout(150)
class SavedDemoTest {
    private static final int PROMISES = 7;

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    private static PlayedAct play(Path directory, Path input) {
        return PlayedAct.play(directory.resolve("data"), "5", "--input", input.toString());
    }

    @Test
    void allIsLostAndComesBackFromBackups(@TempDir Path directory) throws Exception {
        Path input = Files.writeString(directory.resolve("input"), "a line of text\n\n".repeat(2_000));
        PlayedAct act = play(directory, input);

        act.assertPassed(PROMISES);
        assertTrue(act.printed().contains("has cleared the map, which held 3,000 lines"), act.printed());
        assertEquals(3, act.count(line -> line.contains("s  kill -9 ")), act.printed());
        assertEquals(3, act.count(line -> line.contains("s  rm -r ")), act.printed());
        assertTrue(act.printed().contains("state is taken from"), act.printed());
    }

    @Test
    void aFileWithHardlyALineIsRefusedInWords(@TempDir Path directory) throws Exception {
        Path input = Files.writeString(directory.resolve("input"), "one\ntwo\n");
        PlayedAct act = play(directory, input);

        assertEquals(1, act.status());
        assertTrue(act.printed().contains("FAIL: this act needs a file of at least 8 lines"));
    }
}
