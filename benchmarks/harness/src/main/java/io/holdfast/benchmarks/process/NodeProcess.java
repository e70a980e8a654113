package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.subject.NodeSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link NodeMain} in a JVM of its own. For one thread. */
public final class NodeProcess implements AutoCloseable {
    /** The same for every system. What is opened is what some of them ask for. */
    public static final List<String> FLAGS = List.of(
            "-Xms1g",
            "-Xmx1g",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4",
            "-Djava.net.preferIPv4Stack=true",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-opens=java.base/java.util.zip=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    private static final String DIED = "died";
    private static final double COLLECTION_SECONDS = 60;
    private static final double HAND_OVER_SECONDS = 60;

    private final String name;
    private final Process process;
    private final Writer in;
    private final BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    private final Deque<Message> setAside = new ArrayDeque<>();

    NodeProcess(SystemUnderTest system, String subject, NodeSettings settings, Path log) throws IOException {
        name = system.name() + " node " + settings.id();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(system.flags());
        command.add("-Djava.io.tmpdir=" + settings.directory());
        command.addAll(List.of("-cp", system.classPath(), NodeMain.class.getName(), subject));
        command.addAll(List.of(
                Integer.toString(settings.id()),
                Integer.toString(settings.nodes()),
                Integer.toString(settings.basePort()),
                settings.directory().toString(),
                settings.memory().toString(),
                Boolean.toString(settings.forced()),
                settings.profile().name()));
        process = Children.started(new ProcessBuilder(command)
                .directory(settings.directory().toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread listener = new Thread(this::listen, "listen to " + name);
        listener.setDaemon(true);
        listener.start();
    }

    private void listen() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(Message.MARK)) {
                    heard.add(Message.decode(line.substring(Message.MARK.length())));
                }
            }
        } catch (IOException e) {
            heard.add(new Message("problem:" + e.getMessage()));
        }
        heard.add(new Message(DIED));
    }

    /** Says a line. */
    void say(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    /** Waits for a message with that word; others that come before are set aside. */
    Message await(String word, double seconds) throws IOException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        Message found = takeSetAside(word);
        while (found == null) {
            Message message = next(end - System.nanoTime());
            if (message == null) {
                throw new IOException(name + ": no " + word + " in " + seconds + " s");
            }
            if (message.word().startsWith("problem") || message.word().equals(DIED)) {
                throw new IOException(name + ": " + message.word());
            }
            if (message.word().equals(word)) {
                found = message;
            } else {
                setAside.add(message);
            }
        }
        return found;
    }

    private @Nullable Message takeSetAside(String word) {
        for (Message message : setAside) {
            if (message.word().equals(word)) {
                setAside.remove(message);
                return message;
            }
        }
        return null;
    }

    /** The next message, whatever it is; null if there is none in time. */
    @Nullable
    Message next(long nanos) throws IOException {
        try {
            return heard.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + name, e);
        }
    }

    Message ask(String question) throws IOException {
        say(question);
        return await(question, 10);
    }

    /** What it says of itself. */
    public Map<String, Double> state() throws IOException {
        return ask("state").figures();
    }

    /** Bytes of heap in use after a collection. */
    public double heapInUse() throws IOException {
        say("heap");
        return await("heap", COLLECTION_SECONDS).figure("bytes");
    }

    /** Has the process do that work so many times, as fast as it goes; returns after how many seconds it was done. */
    public double fill(LoadPlan plan, long count, double patienceSeconds) throws IOException {
        say("fill " + plan.work() + " " + plan.bytes() + " " + plan.window() + " " + count);
        return await("filled", patienceSeconds).figure("seconds");
    }

    /** Has the master make another node the master in good order; returns after how many milliseconds it was done. */
    public double handOver() throws IOException {
        say("handover");
        return await("handover", HAND_OVER_SECONDS).figure("micros") / 1e3;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        Children.end(process);
    }
}
