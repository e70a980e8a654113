package io.holdfast.verification.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.process.Loopback;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows first compiles, runs and says what it says, with what a newcomer's project has. */
class NewcomerTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    @Test
    void theFirstExampleWorks(@TempDir Path directory) throws Exception {
        String example = exampleOf(readme());
        long lines = example.lines().filter(line -> !line.isBlank()).count();
        assertTrue(lines < 30, "the first example has " + lines + " lines of code");

        Consumer consumer = new Consumer(directory);
        String libraries = Consumer.libraries();
        Path source = consumer.source("Newcomer.java", onFreePorts(example));
        consumer.compile(List.of(source), "-Xlint:all,-classfile", "-Werror", "-cp", libraries);
        String said = consumer.run("-cp", consumer.classes() + File.pathSeparator + libraries, "Newcomer");

        assertTrue(said.lines().anyMatch("three apples"::equals), said);
        for (String node : List.of("node-1", "node-2", "node-3")) {
            assertTrue(Files.isDirectory(directory.resolve("data").resolve(node)), node + " has no directory");
        }
    }

    private static String readme() throws IOException {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("demo.sh"))) {
            at = at.getParent();
            assertTrue(at != null, "no README.md above " + Path.of("").toAbsolutePath());
        }
        return Files.readString(at.resolve("README.md"));
    }

    private static String exampleOf(String readme) {
        List<String> found = JAVA_BLOCK
                .matcher(readme)
                .results()
                .map(match -> match.group(1))
                .filter(block -> block.startsWith("import io.holdfast.core.HaCluster;"))
                .toList();
        assertEquals(1, found.size(), "README.md has one Java block that begins with the import of HaCluster");
        return found.get(0);
    }

    /** The data directory is relative and so the process's own; the ports are the machine's and need changing. */
    private static String onFreePorts(String example) throws IOException {
        Set<String> ports = new LinkedHashSet<>();
        Matcher matcher = PORT.matcher(example);
        while (matcher.find()) {
            ports.add(matcher.group(1));
        }
        assertEquals(3, ports.size(), "the example has three nodes");
        String changed = example;
        Iterator<String> free = Loopback.freeTexts(ports.size()).iterator();
        for (String port : ports) {
            changed = changed.replace("127.0.0.1:" + port, free.next());
        }
        return changed;
    }
}
