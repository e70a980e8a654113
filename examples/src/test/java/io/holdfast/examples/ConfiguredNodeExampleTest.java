package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredNodeExampleTest {

    @Test
    @Timeout(60)
    void theVariablesCountMoreThanTheFileAndWhatIsWrongIsTold(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ConfiguredNodeExample.run(
                directory, Map.of("HOLDFAST_NODE_ID", "till-4"), new PrintStream(said, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "till-4 of single-node has o-17: new",
                        "the configuration of cluster single-node has 2 problems:",
                        "* environment variable HOLDFAST_NODE_ZOME is not known; did you mean HOLDFAST_NODE_ZONE?",
                        "* environment variable HOLDFAST_REPLICATION_TIMEOUT: \"5\" has no unit; write 5ms, 5s or PT5S"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
