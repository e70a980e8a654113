package io.holdfast.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;

/** Counts a process's system calls, where perf may. */
final class SystemCalls {
    private SystemCalls() {}

    /** How many a second, counted for so long; empty if it cannot be counted here. */
    static OptionalDouble perSecond(long pid, double seconds) {
        ProcessBuilder perf = new ProcessBuilder(
                        "perf",
                        "stat",
                        "-x",
                        ",",
                        "-e",
                        "raw_syscalls:sys_enter",
                        "-p",
                        Long.toString(pid),
                        "--",
                        "sleep",
                        Double.toString(seconds))
                .redirectErrorStream(true);
        try {
            Process process = Children.started(perf);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Children.end(process);
            return count(output, seconds);
        } catch (IOException e) {
            return OptionalDouble.empty(); // no perf on this machine
        }
    }

    static OptionalDouble count(String output, double seconds) {
        for (String line : output.lines().toList()) {
            String[] fields = line.split(",");
            if (fields.length > 2 && fields[2].contains("sys_enter") && fields[0].matches("\\d+")) {
                return OptionalDouble.of(Long.parseLong(fields[0]) / seconds);
            }
        }
        return OptionalDouble.empty();
    }
}
