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

class RoutedGrpcExampleTest {
    @Test
    @Timeout(120)
    void callsFollowTheMasterAndReadsGoToSlaves(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        RoutedGrpcExample.run(directory, new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "written by the master: true",
                        "read: three apples",
                        "read from a slave: true",
                        "the master is dead; another has written: true"),
                printed.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
