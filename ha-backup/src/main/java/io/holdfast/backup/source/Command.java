package io.holdfast.backup.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program with its arguments, without a shell between: no quoting, no expansion, no pipes. It gets this process's environment
 * and whatever is set here.
 *
 * <p>It is well if it exits with status 0 within its limit, having written to standard error no more than allowed. If it is not,
 * if it does not end in time, or if the calling thread is interrupted, it and all processes it has started are killed. The last
 * lines of its standard error are in the exception and in the log.
 *
 * <p>It must not end before the processes it has started have written all that they write to its output.
 *
 * <p>Arguments are logged, and any user of the machine may see them; what goes by {@link #environment} is not, and where
 * its values turn up in what the program says, they are covered. Immutable: each method returns a changed copy.
 */
public final class Command {
    /** How long it may take, by default. */
    public static final Duration DEFAULT_LIMIT = Duration.ofHours(24);
    /** How much it may write to standard error, by default, in bytes. */
    public static final long DEFAULT_LONGEST_ERRORS = 1 << 20;

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final List<String> line;
    private final Map<String, Supplier<String>> environment;
    private final @Nullable Path directory;
    private final Duration limit;
    private final long longestErrors;
    private final Duration lastWords;

    private Command(
            List<String> line,
            Map<String, Supplier<String>> environment,
            @Nullable Path directory,
            Duration limit,
            long longestErrors,
            Duration lastWords) {
        this.line = List.copyOf(line);
        this.environment = environment;
        this.directory = directory;
        this.limit = limit;
        this.longestErrors = longestErrors;
        this.lastWords = lastWords;
    }

    /** A program, which is looked for in the path, and its arguments. */
    public static Command of(String... line) {
        return of(List.of(line));
    }

    /** A program, which is looked for in the path, and its arguments. */
    public static Command of(List<String> line) {
        if (line.isEmpty() || line.get(0).isEmpty()) {
            throw new IllegalArgumentException("a command without a program");
        }
        return new Command(line, Map.of(), null, DEFAULT_LIMIT, DEFAULT_LONGEST_ERRORS, LAST_WORDS);
    }

    /** Sets a variable of its environment, whose value is kept out of logs and catalogues. */
    public Command environment(String name, String value) {
        return environment(name, () -> value);
    }

    /** Sets a variable of its environment to what it is at each start, such as a password that changes. */
    public Command environment(String name, Supplier<String> value) {
        Map<String, Supplier<String>> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new Command(line, more, directory, limit, longestErrors, lastWords);
    }

    /** Where it runs; by default where this process does. */
    public Command directory(Path path) {
        return new Command(line, environment, path, limit, longestErrors, lastWords);
    }

    /** How long it may take, more than 0; 24 h by default. */
    public Command limit(Duration longest) {
        if (longest.isNegative() || longest.isZero() || longest.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(program() + ": a limit of " + longest + "; it must be up to 365 days");
        }
        return new Command(line, environment, directory, longest, longestErrors, lastWords);
    }

    /** How many bytes it may write to standard error, 0 to 1 GiB; 1 MiB by default. Memory does not grow with it. */
    public Command longestErrors(long bytes) {
        if (bytes < 0 || bytes > 1 << 30) {
            throw new IllegalArgumentException(
                    program() + ": " + bytes + " bytes of standard error; it must be 0 to " + (1 << 30));
        }
        return new Command(line, environment, directory, limit, bytes, lastWords);
    }

    /** With another time than 5 s in which what it leaves behind has to let go of its input and output. */
    Command lastWords(Duration time) {
        return new Command(line, environment, directory, limit, longestErrors, time);
    }

    /**
     * Runs it, and feeds it what a {@link CommandSource} has written: the counterpart, for a restore. Its standard input ends only
     * after {@code part} has been read to its end, and with it been found whole; if that fails, the command is killed before it
     * could take the end of its input for the end of the data.
     *
     * <p>That it has taken all is known but for the last 64 KiB or so: they may lie in the pipe between the two when it ends, and no system tells
     * whether they were read. A command that ends with status 0 without having read them is at fault itself.
     *
     * <p>It must not leave a process behind that holds its input: this fails 5 s after the command's own end then, and the
     * process is to be ended by hand.
     *
     * @param part is not closed
     * @return how many bytes it was fed
     * @throws SourceFailedException if it did not take all of its input, or was not well
     * @throws IOException what reading {@code part} threw
     */
    public long feed(InputStream part) throws IOException, InterruptedException {
        try (RunningCommand running = RunningCommand.start(this, Map.of(), true)) {
            long fed = running.feed(part);
            running.finish();
            return fed;
        }
    }

    /** Runs it without input, and without a use for its output but for the log. */
    void run(Map<String, String> more) throws IOException, InterruptedException {
        try (RunningCommand running = RunningCommand.start(this, more, false)) {
            running.copyTo(null, () -> {}, RunningCommand.Alive.EVERY_NANOS);
            running.finish();
        }
    }

    List<String> line() {
        return line;
    }

    Map<String, Supplier<String>> environment() {
        return environment;
    }

    @Nullable
    Path directory() {
        return directory;
    }

    Duration limit() {
        return limit;
    }

    long longestErrors() {
        return longestErrors;
    }

    /** How long after its end, or after it was killed, its input and output may stay open. */
    Duration lastWords() {
        return lastWords;
    }

    /** The program's name without its place. */
    String program() {
        String program = line.get(0);
        return program.substring(program.lastIndexOf('/') + 1);
    }

    /** The program and its arguments, without the environment. */
    @Override
    public String toString() {
        return String.join(" ", line);
    }
}
