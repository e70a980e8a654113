package io.holdfast.verification.backup;

import io.holdfast.verification.process.AskedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One life of a {@link BackedNode}. Safe from any thread. */
final class BackedProcess extends AskedProcess {
    /** A backup that was made. */
    record Made(String id, long index, long storedBytes) {}

    BackedProcess(BackedOptions options, String heap, Path logFile) throws IOException {
        super(options.id(), command(List.of(java()), heap, BackedNode.class, options.encode()), logFile, line -> {});
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
