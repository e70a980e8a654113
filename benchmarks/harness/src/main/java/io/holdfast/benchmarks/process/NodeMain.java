package io.holdfast.benchmarks.process;

import io.holdfast.benchmarks.load.ClosedLoop;
import io.holdfast.benchmarks.load.CompletionWatch;
import io.holdfast.benchmarks.load.Fill;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.OpenLoop;
import io.holdfast.benchmarks.load.Overload;
import io.holdfast.benchmarks.load.SingleWrite;
import io.holdfast.benchmarks.load.SteadyLoop;
import io.holdfast.benchmarks.load.SteadyPlan;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import io.holdfast.benchmarks.subject.Subject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One node of a system in a JVM of its own, which does what its standard input says and ends with it. Loads run on a thread
 * of their own, so that the node goes on answering. Arguments: the subject's class, then what {@link NodeSettings} holds.
 */
final class NodeMain {
    private static final long PROBE_PAUSE_NANOS = 500_000L;
    private static final long LIGHT_PAUSE_NANOS = 1_000_000L;

    private final Subject subject;
    private final PrintStream out;
    private final CompletionWatch watch = new CompletionWatch();

    private NodeMain(Subject subject, PrintStream out) {
        this.subject = subject;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // what libraries print is not an answer
        Subject subject = Class.forName(args[0])
                .asSubclass(Subject.class)
                .getDeclaredConstructor()
                .newInstance();
        NodeMain node = new NodeMain(subject, out);
        try {
            subject.start(new NodeSettings(
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Path.of(args[4]),
                    Path.of(args[5]),
                    Boolean.parseBoolean(args[6]),
                    Profile.valueOf(args[7])));
            node.say(new Message("started"));
            node.serve();
        } catch (Exception e) {
            node.problem(e);
        }
        Runtime.getRuntime().halt(0); // whatever threads the system has left
    }

    private void serve() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "role" -> say(new Message("role", Map.of("master", subject.isMaster() ? 1.0 : 0.0)));
                case "applied" -> say(new Message("applied", Map.of("count", (double) subject.applied())));
                case "counters" -> say(new Message("counters", ProcessCounters.read(subject.counters())));
                case "load" ->
                    onThread(() -> load(new LoadPlan(
                            words[1],
                            Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]),
                            Double.parseDouble(words[4]),
                            Double.parseDouble(words[5]))));
                case "state" -> say(new Message("state", subject.state()));
                case "open" ->
                    onThread(() -> open(
                            new LoadPlan(
                                    "write",
                                    Integer.parseInt(words[1]),
                                    Integer.parseInt(words[2]),
                                    Double.parseDouble(words[3]),
                                    Double.parseDouble(words[4])),
                            Double.parseDouble(words[5])));
                case "steady" ->
                    onThread(() -> steady(new SteadyPlan(
                            new LoadPlan(
                                    words[1],
                                    Integer.parseInt(words[2]),
                                    Integer.parseInt(words[3]),
                                    Double.parseDouble(words[4]),
                                    Double.parseDouble(words[5])),
                            Double.parseDouble(words[7]),
                            Double.parseDouble(words[6]))));
                case "fill" ->
                    onThread(() -> fill(
                            new LoadPlan(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), 0, 0),
                            Long.parseLong(words[4])));
                case "watched" ->
                    onThread(() -> watched(new LoadPlan(
                            words[1],
                            Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]),
                            0,
                            Double.parseDouble(words[4]))));
                case "watch" -> {
                    watch.begin(System.nanoTime());
                    say(new Message("watch"));
                }
                case "seen" -> say(new Message("seen", watch.figures(System.nanoTime())));
                case "handover" -> onThread(this::handOver);
                case "heap" -> onThread(() -> say(new Message("heap", Map.of("bytes", heapInUse()))));
                case "write" -> onThread(() -> write(Boolean.parseBoolean(words[1])));
                default -> say(new Message("problem:unknown:" + words[0]));
            }
        }
    }

    /** A task that may fail, then saying so. */
    private interface Task {
        void run() throws Exception;
    }

    private void onThread(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (Exception e) {
                        problem(e);
                    }
                },
                "benchmark-client");
        thread.setDaemon(true);
        thread.start();
    }

    private void open(LoadPlan plan, double perSecond) throws Exception {
        try (Target target = subject.open("write")) {
            say(new Message(
                    "result", OpenLoop.run(target, plan, perSecond, () -> {}).toMap()));
        }
    }

    private void steady(SteadyPlan plan) throws Exception {
        try (Target target = subject.open(plan.load().work())) {
            Overload came = SteadyLoop.run(target, plan, stretch -> say(new Message("stretch", stretch.toMap())));
            say(new Message("result", came.toMap()));
        }
    }

    private void fill(LoadPlan plan, long count) throws Exception {
        try (Target target = subject.open(plan.work())) {
            long start = System.nanoTime();
            Fill.run(target, plan, count);
            say(new Message("filled", Map.of("seconds", (System.nanoTime() - start) / 1e9)));
        }
    }

    private void watched(LoadPlan plan) throws Exception {
        try (Target target = subject.open(plan.work())) {
            say(new Message("result", ClosedLoop.run(target, plan, watch).toMap()));
        }
    }

    private void handOver() throws Exception {
        long start = System.nanoTime();
        subject.handOver();
        say(new Message("handover", Map.of("micros", (System.nanoTime() - start) / 1e3)));
    }

    private static double heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void load(LoadPlan plan) throws Exception {
        say(new Message(
                "result",
                subject.load(plan, () -> say(new Message("measuring"))).toMap()));
    }

    /** Writes one at a time for as long as the process lives, and tells of each that succeeds unless it is to be quiet. */
    private void write(boolean quiet) throws InterruptedException {
        SingleWrite writes = new SingleWrite(256, (start, end) -> {
            if (!quiet) {
                say(new Message("acknowledged", Map.of("start", (double) start, "end", (double) end)));
            }
        });
        Target target = null;
        while (true) {
            if (!subject.takesWrites()) {
                LockSupport.parkNanos(PROBE_PAUSE_NANOS);
                continue;
            }
            try {
                if (target == null) {
                    target = subject.open("write");
                }
                writes.write(target, subject.patienceNanos());
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                target = closed(target);
            }
            LockSupport.parkNanos(LIGHT_PAUSE_NANOS);
        }
    }

    private static @Nullable Target closed(@Nullable Target target) {
        if (target != null) {
            target.close();
        }
        return null;
    }

    private void problem(Exception cause) {
        System.err.println("what the benchmark asked of this node failed:"); // this node's log, which is shown then
        cause.printStackTrace();
        say(new Message("problem:" + cause.toString().replaceAll("\\s+", "_")));
    }

    private void say(Message message) {
        synchronized (out) {
            out.println(Message.MARK + message.encode());
            out.flush();
        }
    }
}
