package io.holdfast.backup.source;

import io.holdfast.backup.source.DirectoryRestore.Restored;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Restores an archive in a process of its own, which may do no more than others may: what root may do is given up for a whole process. */
final class RestoreAlone {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");
    private static final String WITHOUT = "--bounding-set=-chown,-fowner,-dac_override,-dac_read_search";

    private RestoreAlone() {}

    static boolean isRoot() {
        return ROOT;
    }

    /** Whether this process can have others that may do less, or may do no more itself. */
    static boolean isPossible() {
        return !ROOT || Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }

    /** Returns what it has said. */
    static String run(Path archive, Path to) throws Exception {
        List<String> line = new ArrayList<>(ROOT ? List.of("/usr/bin/setpriv", WITHOUT) : List.of());
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                RestoreAlone.class.getName(),
                archive.toString(),
                to.toString()));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    public static void main(String[] arguments) throws Exception {
        try (InputStream part = Files.newInputStream(Path.of(arguments[0]))) {
            Restored restored = DirectoryRestore.into(Path.of(arguments[1])).from(part);
            System.out.println("restored " + restored);
        } catch (SourceFailedException refused) {
            System.out.println("refused " + refused.getMessage());
        }
    }
}
