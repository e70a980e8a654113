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

class RoutedServiceExampleTest {

    @Test
    @Timeout(120)
    void writesGoToTheMasterAndReadsToSlavesAlsoWhenItHasDied(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        RoutedServiceExample.run(directory, new PrintStream(said, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "read: three apples",
                        "written by the master: true",
                        "read from a slave: true",
                        "the master is dead; another has written: true"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
