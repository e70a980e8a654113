package io.holdfast.backup.source;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backs up what a command writes to its standard output, as one part: {@code pg_basebackup -D - -Ft -X fetch}, {@code pg_dump},
 * {@code mysqldump}, {@code tar}.
 *
 * <pre>{@code
 * BackupSource database = CommandSource.of(
 *         "orders-db",
 *         BackupKind.PHYSICAL,
 *         Command.of("pg_basebackup", "-D", "-", "-Ft", "-X", "fetch", "-h", "db-1", "-U", "backup")
 *                 .environment("PGPASSWORD", secrets::password)
 *                 .limit(Duration.ofHours(6)));
 * }</pre>
 *
 * <p>There is a backup only if the command was well, as {@link Command} says, and wrote something; else none of it is left. What
 * it wrote to standard error becomes remarks. {@link Command#feed} is the way back. Memory is bounded by about a megabyte. Immutable:
 * each method returns a changed copy.
 */
public final class CommandSource implements BackupSource {
    /** The part's name by default. */
    public static final String PART = "output";

    private static final Logger LOG = LoggerFactory.getLogger(CommandSource.class);

    private final String name;
    private final BackupKind kind;
    private final Command command;
    private final String part;
    private final boolean compress;
    private final boolean mayBeEmpty;

    private CommandSource(
            String name, BackupKind kind, Command command, String part, boolean compress, boolean mayBeEmpty) {
        this.name = name;
        this.kind = kind;
        this.command = command;
        this.part = part;
        this.compress = compress;
        this.mayBeEmpty = mayBeEmpty;
    }

    /**
     * A command.
     *
     * @param name as of {@link BackupSource#name}
     * @param kind what its output is
     */
    public static CommandSource of(String name, BackupKind kind, Command command) {
        return new CommandSource(SourceNames.check(name), kind, command, PART, true, false);
    }

    /** What the part is called, as of {@link BackupRepository#checkName}; {@value #PART} by default. */
    public CommandSource part(String partName) {
        return new CommandSource(name, kind, command, BackupRepository.checkName(partName), compress, mayBeEmpty);
    }

    /** Takes the output as it is, since the command compresses it itself. */
    public CommandSource alreadyCompressed() {
        return new CommandSource(name, kind, command, part, false, mayBeEmpty);
    }

    /** Takes an empty output for a backup, too; by default it is a failure. */
    public CommandSource mayBeEmpty() {
        return new CommandSource(name, kind, command, part, compress, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BackupKind kind() {
        return kind;
    }

    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        return CompletableFuture.completedFuture(new Run());
    }

    /** The command starts when it is written. */
    private final class Run implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            List<String> remarks = new ArrayList<>();
            Interrupted.put(parts, part, compress, out -> {
                try (RunningCommand running = RunningCommand.start(command, Map.of(), false)) {
                    long bytes = running.copyTo(out, parts::alive, RunningCommand.Alive.EVERY_NANOS);
                    running.finish();
                    if (bytes == 0 && !mayBeEmpty) {
                        throw new SourceFailedException("\"" + command + "\" wrote nothing, which is no backup;"
                                + " CommandSource.mayBeEmpty() if it is meant");
                    }
                    running.said().forEach(line -> remarks.add(command.program() + ": " + line));
                    LOG.info("{}: \"{}\" wrote {} bytes", name, command, bytes);
                }
            });
            return new Outcome(Optional.empty(), Map.of("program", command.program()), remarks);
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
