package io.holdfast.verification.backup;

import io.holdfast.verification.process.AskedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One life of a {@link BackedNode}. Safe from any thread. */
final class BackedProcess extends AskedProcess {
    /** A backup that was made. */
    record Made(String id, long index, long storedBytes) {}

    private BackedProcess(BackedOptions options, List<String> command, Path logFile) throws IOException {
        super(options.id(), command, logFile, line -> {});
    }

    /** One that starts soon and takes little, and so is no measure of how fast anything is. */
    static BackedProcess frugal(BackedOptions options, String heap, Path logFile) throws IOException {
        return new BackedProcess(options, command(List.of(java()), heap, BackedNode.class, options.encode()), logFile);
    }

    /** One as a service has it: all compilers, and a collector for large heaps. */
    static BackedProcess full(BackedOptions options, String heap, Path logFile) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+UseG1GC",
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                BackedNode.class.getName()));
        command.addAll(options.encode());
        return new BackedProcess(options, command, logFile);
    }

    boolean isReady() throws IOException {
        return ask("status").filter(status -> status.endsWith(" ready")).isPresent();
    }

    boolean isMaster() throws IOException {
        return ask("status").filter(status -> status.startsWith("MASTER ")).isPresent();
    }

    /** Has it make a backup; empty if it does not, as it dies, or as another one does that. */
    Optional<Made> backUp(String source, Duration limit) throws IOException {
        return ask("backup " + source, limit)
                .filter(answer -> !answer.startsWith("not "))
                .map(answer -> {
                    String[] words = answer.split(" ");
                    return new Made(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
                });
    }
}
