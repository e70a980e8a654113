package io.holdfast.verification.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A test's program in a JVM of its own, whose lines are gathered. What it logs goes to a file. */
final class ChildProgram implements AutoCloseable {
    private final Process process;
    private final Writer in;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private ChildProgram(Process process) {
        this.process = process;
        this.in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.reader = new Thread(this::read, "lines-of-" + process.pid());
        reader.setDaemon(true);
    }

    /** @param logFile to which it appends what it logs */
    static ChildProgram start(Class<?> main, Path logFile, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        ChildProgram child = new ChildProgram(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start());
        child.reader.start();
        return child;
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException ended) {
            // nothing more comes
        }
    }

    /** What it has said so far. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    boolean hasSaid(String beginning) {
        return lines.stream().anyMatch(line -> line.startsWith(beginning));
    }

    void tell(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    /** SIGTERM; its streams stay open, which {@link Process#destroy} would close. */
    void terminate() {
        process.toHandle().destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end, and for its last line: for longer than the child waits for anything. */
    int exitStatus() throws InterruptedException, IOException {
        if (!process.waitFor(2 * Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("process " + process.pid() + " goes on; it said " + lines);
        }
        reader.join(Waiting.PATIENCE.toMillis());
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
