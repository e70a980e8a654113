package io.holdfast.examples.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM of its own with this one's class path. What it prints is read line by line; what it logs goes to a file; it is
 * spoken to on its standard input, whose end is its death sentence.
 */
final class ChildJvm implements Child {
    private final String name;
    private final Process process;
    private final Writer orders;
    private final Thread reader;

    private ChildJvm(String name, Process process, Consumer<String> lines) {
        this.name = name;
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        this.reader = new Thread(() -> read(lines), "reader of " + name);
    }

    /**
     * Starts one.
     *
     * @param options for the JVM
     * @param log its standard error is added to this file
     * @param lines is given each line of its standard output, on a thread of its own
     */
    static ChildJvm start(
            String name, List<String> options, Class<?> main, List<String> arguments, Path log, Consumer<String> lines)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Dholdfast.log=INFO");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(Redirect.appendTo(log.toFile()))
                .start();
        ChildJvm child = new ChildJvm(name, process, lines);
        child.reader.setDaemon(true);
        child.reader.start();
        return child;
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            in.lines().forEach(lines);
        } catch (IOException | UncheckedIOException e) {
            // A killed process may take its pipe with it in the middle of a line; its death is noticed elsewhere.
            System.err.println(name + " stopped talking: " + e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Says something to it. If it is dead, nobody hears. */
    void tell(String order) {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new DemoFailure(name + " (PID " + pid() + ") does not listen any more: " + e.getMessage());
            }
        }
    }

    /** Waits for its end and for the last of what it printed; false if it still runs then. */
    boolean awaitExit(Duration time) throws InterruptedException {
        if (!process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        reader.join(5_000);
        return true;
    }

    /** Its exit status; 128 and the signal's number if it was killed. */
    int exitStatus() {
        return process.exitValue();
    }

    @Override
    public void destroy() {
        process.destroyForcibly();
        boolean interrupted = false;
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
