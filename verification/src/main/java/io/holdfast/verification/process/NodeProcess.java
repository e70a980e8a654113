package io.holdfast.verification.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link NodeMain} in a JVM of its own. For one thread. */
final class NodeProcess implements AutoCloseable {
    /** What a node says of itself. */
    record Status(String role, long term, long applied, String state) {
        boolean isMaster() {
            return role.equals("MASTER");
        }
    }

    private final String id;
    private final Process process;
    private final BufferedReader out;
    private final Writer in;

    NodeProcess(
            String id,
            Path directory,
            Path logFile,
            String profile,
            String storage,
            NodeTuning tuning,
            NodeRelease release,
            List<String> nodes)
            throws IOException {
        this.id = id;
        List<String> command = new ArrayList<>(tuning.launch(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=process-logback.xml"));
        command.addAll(release.arguments());
        command.addAll(
                List.of(NodeMain.class.getName(), id, directory.resolve(id).toString(), profile, storage));
        command.addAll(nodes);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    String id() {
        return id;
    }

    /** Waits for the JVM to have started its node. */
    void awaitStarted() throws IOException {
        String line = out.readLine();
        if (!"started".equals(line)) {
            throw new IOException(id + " said '" + line + "' instead of starting");
        }
    }

    /** Waits for the JVM to have started its node, or to have failed to. */
    void awaitFirstWord() throws IOException {
        out.readLine();
    }

    Status status() throws IOException {
        String[] fields = ask("status");
        return new Status(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]);
    }

    /** What a node has in use after a collection, in bytes. {@code direct} is what its pools hold, used or not. */
    record Memory(long heap, long direct) {}

    Memory memory() throws IOException {
        String[] fields = ask("heap");
        return new Memory(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
    }

    /** Why it is not ready, in its own words; empty if it is. */
    String whyNotReady() throws IOException {
        return answer("why");
    }

    /** Has its process take all the files that it may have open; how many were left. */
    int takeOpenFiles() throws IOException {
        return Integer.parseInt(answer("take files"));
    }

    void giveOpenFilesBack() throws IOException {
        answer("give files back");
    }

    private String[] ask(String question) throws IOException {
        return answer(question).split(" ");
    }

    private String answer(String question) throws IOException {
        in.write(question + "\n");
        in.flush();
        String line = out.readLine();
        if (line == null) {
            throw new IOException(id + " has died");
        }
        return line;
    }

    /** Sends a signal, such as KILL, STOP or CONT. */
    void signal(String name) throws IOException {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("kill -" + name + " " + process.pid() + " (" + id + ") exited with " + exit);
            }
            if (name.equals("KILL")) {
                process.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while signalling " + id, e);
        }
    }

    /** Stops it in good order; true if it has ended within the limit. */
    boolean stop(Duration limit) throws IOException {
        in.write("stop\n");
        in.flush();
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + id + " stops", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
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
