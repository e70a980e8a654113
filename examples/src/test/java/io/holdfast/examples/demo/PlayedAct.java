package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An act of the demonstration that was played from this process, to its end.
 *
 * @param data where its data went
 * @param status what it would have exited with
 * @param printed what it has shown and complained of
 */
record PlayedAct(Path data, int status, String printed) {
    static PlayedAct play(Path data, String act, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--act", act, "--data", data.toString()));
        arguments.addAll(List.of(more));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int status = Demo.run(arguments, out, out);
        return new PlayedAct(data, status, bytes.toString(StandardCharsets.UTF_8));
    }

    /** How many lines are like that. */
    long count(Predicate<String> line) {
        return printed.lines().filter(line).count();
    }

    /** It passed, with so many promises that were kept, and nothing of it is left on the disk. */
    void assertPassed(int promises) {
        List<String> lines = printed.lines().toList();
        assertEquals("PASS", lines.get(lines.size() - 1), printed);
        assertEquals(0, status);
        assertEquals(promises, count(line -> line.startsWith("PASS  ")), printed);
        assertFalse(Files.exists(data), "the data are removed");
    }
}
