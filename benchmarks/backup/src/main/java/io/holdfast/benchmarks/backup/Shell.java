package io.holdfast.benchmarks.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs commands of others, and says what they took of the processor. */
final class Shell {
    private Shell() {}

    /**
     * What something took.
     *
     * @param cpuSeconds of all its processes, user and system
     * @param wallSeconds from beginning to end
     */
    record Took(double cpuSeconds, double wallSeconds) {}

    /** Whether there is such a program. */
    static boolean has(String program) throws IOException, InterruptedException {
        return start(List.of("bash", "-c", "command -v " + program), Path.of("."), Map.of())
                        .waitFor()
                == 0;
    }

    /** Runs a command of bash; fails with what it said if it fails. */
    static String run(String command, Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        Process process = start(List.of("bash", "-c", "set -eo pipefail; " + command), directory, environment);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed: " + said);
        }
        return said;
    }

    /** The same, measured. */
    static Took time(String command, Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> lines = run("TIMEFORMAT='%U %S %R'; time { " + command + "; }", directory, environment)
                .lines()
                .toList();
        String[] words = lines.get(lines.size() - 1).split(" ");
        return new Took(Double.parseDouble(words[0]) + Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    private static Process start(List<String> command, Path directory, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** How many bytes the files of a tree have. */
    static long bytes(Path tree) throws IOException, InterruptedException {
        return Long.parseLong(
                run("du -sb " + tree + " | cut -f 1", Path.of("."), Map.of()).strip());
    }
}
