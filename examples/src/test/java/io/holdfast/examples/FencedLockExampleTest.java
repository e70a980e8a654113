package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FencedLockExampleTest {

    @Test
    @Timeout(60)
    void theLockGoesOnWithoutTheMasterAndTheStoreRefusesAnOldToken(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        FencedLockExample.run(directory, new PrintStream(said, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "first: written",
                        "the master has stopped",
                        "still valid: true",
                        "somebody else has it: false",
                        "second: written",
                        "a late one: refused, the token is old",
                        "exporting: 2",
                        "a third one: false"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
