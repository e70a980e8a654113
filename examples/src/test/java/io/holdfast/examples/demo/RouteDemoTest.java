package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's fourth act, with real processes, callers and kills. */
@Timeout(150)
class RouteDemoTest {
    private static final int PROMISES = 4;

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
    }

    @Test
    void callersAreServedWhenTheMasterIsKilled(@TempDir Path directory) {
        PlayedAct act = PlayedAct.play(directory.resolve("data"), "4", "--callers", "20", "--kill", "1");
        act.assertPassed(PROMISES);
        assertEquals(6, act.count(line -> line.matches("node-[123]  (puts|appends) .*")), act.printed());
        assertTrue(
                Pattern.compile("kill 1 \\(node-[123]\\): writers waited [0-9]+ ms; of ")
                        .matcher(act.printed())
                        .find(),
                act.printed());
    }
}
