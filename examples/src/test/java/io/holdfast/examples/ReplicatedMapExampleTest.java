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

class ReplicatedMapExampleTest {

    @Test
    @Timeout(60)
    void theMapGoesOnWithoutItsMaster(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ReplicatedMapExample.run(directory, new PrintStream(said, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "first: true",
                        "second: false",
                        "the master has stopped",
                        "o-17 is paid",
                        "told of PUT o-19",
                        "o-17=paid, o-19=new, o-20=reserved"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
