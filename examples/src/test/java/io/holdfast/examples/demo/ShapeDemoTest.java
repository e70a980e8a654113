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

/** The demonstration's third act, with real processes that join and leave. */
@Timeout(150)
class ShapeDemoTest {
    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    @Test
    void twoJoinTheMasterLeavesAndNothingIsLost(@TempDir Path directory) throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(input, "a line of text\n".repeat(4_000));
        PlayedAct act = PlayedAct.play(directory.resolve("data"), "3", "--input", input.toString());
        act.assertPassed(0); // its verdict is a table
        String printed = act.printed();
        assertTrue(printed.contains("node-4 is known to node-1, node-2, node-3"), printed);
        assertTrue(printed.contains("node-1, node-2, node-3, node-4, node-5 vote"), printed);
        assertTrue(printed.contains("has handed over, given up its vote and ended"), printed);
        assertEquals(4, act.count(line -> line.matches("node-[12345] +4,000 +4,000 +0 +4,000 +0 +0 +0 .*")), printed);
        assertEquals(3, act.count(line -> line.contains("the client waited")), printed);
    }
}
