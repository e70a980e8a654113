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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A node in a JVM of its own that answers questions: each line to it is a number and a question, and is answered by a line
 * that begins with the number. It says "started" once, and what else it says is told to a listener. It may be stopped and not
 * answer, so every question has a limit. Safe from any thread.
 */
public class AskedProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    /** One that waits for its disk ends only after that. */
    private static final int KILL_SECONDS = 60;

    private final String id;
    private final Process process;
    private final Writer in;
    private final Consumer<String> listener;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<String, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile boolean mayDie;
    private volatile boolean ended;

    /**
     * Starts it.
     *
     * @param logFile takes its standard error
     * @param listener hears what it says unasked, on the thread that reads it
     */
    protected AskedProcess(String id, List<String> command, Path logFile, Consumer<String> listener)
            throws IOException {
        this.id = id;
        this.listener = listener;
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "answers of " + id);
        reader.setDaemon(true);
        reader.start();
    }

    /** The JVM that this one runs on. */
    protected static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A JVM's command line, frugal, with this one's class path.
     *
     * @param launch the JVM, and options of its own
     */
    protected static List<String> command(List<String> launch, String heap, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(launch);
        command.addAll(List.of(
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        return command;
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
                } else {
                    listener.accept(line);
                }
            }
        } catch (IOException gone) {
            // the same as its end
        }
        ended = true; // before those who wait are told: who asks from now on looks at it after he has begun to wait
        started.completeExceptionally(new IOException(id + " ended"));
        waiting.values().forEach(question -> question.completeExceptionally(new IOException(id + " ended")));
    }

    public final String id() {
        return id;
    }

    /** Waits until its node runs. */
    public final void awaitStarted(Duration limit) throws IOException {
        if (await(started.thenApply(none -> true), limit).isEmpty()) {
            throw new IOException(id
                    + (isAlive()
                            ? " has not started within " + limit.toSeconds() + " s"
                            : " ended before it had started")
                    + "; see its log");
        }
    }

    /** Asks it; empty if it does not answer soon, because it is stopped or dead. */
    public final Optional<String> ask(String command) throws IOException {
        return ask(command, LIMIT);
    }

    /** Asks it; empty if it does not answer within the limit. */
    public final Optional<String> ask(String command, Duration limit) throws IOException {
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
        if (ended) {
            answer.completeExceptionally(new IOException(id + " ended"));
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

    /** Sends KILL, STOP or CONT; waits for the end of one that is killed. */
    public final void signal(String name) throws IOException {
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
            if (name.equals("KILL") && !process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(id + " outlives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    public final boolean isAlive() {
        return process.isAlive();
    }

    /** Whether its end is nobody's doing. */
    public final boolean diedByItself() {
        return !process.isAlive() && !mayDie;
    }

    @Override
    public final void close() {
        mayDie = true;
        process.destroyForcibly();
    }
}
