package io.holdfast.verification.torture;

import io.holdfast.verification.process.NodeTuning;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** One life of a {@link TortureNode}. It may be stopped and not answer, so every question has a limit. Safe from any thread. */
final class TortureProcess implements AutoCloseable {
    /** What a node says of itself. */
    record Status(String role, long term, long applied, String state) {
        static Status parse(String answer) {
            String[] fields = answer.split(" ");
            return new Status(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]);
        }

        boolean isMaster() {
            return role.equals("MASTER");
        }

        boolean isReady() {
            return state.equals("ready");
        }

        boolean hasFailed() {
            return state.equals("failed");
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final String id;
    private final Process process;
    private final Writer in;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<String, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile boolean mayDie;
    private volatile boolean mayFail;

    TortureProcess(NodeOptions options, NodeTuning tuning, Path logFile) throws IOException {
        this.id = options.id();
        List<String> command = new ArrayList<>(tuning.launch(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                TortureNode.class.getName()));
        command.addAll(options.encode());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "answers of " + id);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int space = line.indexOf(' ');
                CompletableFuture<String> question = waiting.remove(line.substring(0, Math.max(0, space)));
                if (question != null) {
                    question.complete(line.substring(space + 1));
                } else if (line.equals("started")) {
                    started.complete(null);
                }
            }
        } catch (IOException gone) {
            // the same as its end
        }
        started.completeExceptionally(new IOException(id + " ended"));
        waiting.values().forEach(question -> question.completeExceptionally(new IOException(id + " ended")));
    }

    String id() {
        return id;
    }

    /** Waits until its node runs. */
    void awaitStarted(Duration limit) throws IOException {
        if (await(started.thenApply(none -> true), limit).isEmpty()) {
            throw new IOException(id + " has not started within " + limit);
        }
    }

    /** Asks it; empty if it does not answer soon, because it is stopped or dead. */
    Optional<String> ask(String command) throws IOException {
        return ask(command, LIMIT);
    }

    Optional<String> ask(String command, Duration limit) throws IOException {
        String number = Integer.toString(questions.incrementAndGet());
        CompletableFuture<String> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        try {
            synchronized (in) {
                in.write(number + " " + command + "\n");
                in.flush();
            }
        } catch (IOException dead) {
            return Optional.empty();
        }
        Optional<String> said = await(answer, limit);
        waiting.remove(number);
        if (said.isPresent() && said.get().startsWith("problem ")) {
            throw new IOException(id + " answers \"" + command + "\" with " + said.get());
        }
        return said;
    }

    private static <T> Optional<T> await(CompletableFuture<T> future, Duration limit) throws IOException {
        try {
            return Optional.ofNullable(future.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException none) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    Optional<Status> status() throws IOException {
        return ask("status").map(Status::parse);
    }

    /** Sends KILL, STOP or CONT; waits for the end of one that is killed. */
    void signal(String name) throws IOException {
        if (name.equals("KILL")) {
            mayDie = true;
        }
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (exit != 0 && process.isAlive()) {
                throw new IOException("kill -" + name + " of " + id + " exited with " + exit);
            }
            if (name.equals("KILL") && !process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IOException(id + " outlives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** From now on its node may say that it has failed: its disk was made to. */
    void allowFailure() {
        mayFail = true;
    }

    boolean mayFail() {
        return mayFail;
    }

    /** Whether its end is nobody's doing. */
    boolean diedByItself() {
        return !process.isAlive() && !mayDie;
    }

    @Override
    public void close() {
        mayDie = true;
        process.destroyForcibly();
    }
}
