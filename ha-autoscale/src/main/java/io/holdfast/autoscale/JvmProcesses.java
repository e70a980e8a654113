package io.holdfast.autoscale;

import io.holdfast.autoscale.target.ProcessSettings;
import io.holdfast.autoscale.target.ProcessTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Nodes as processes of this host: JVMs, or any program.
 *
 * <pre>{@code
 * Autoscaling.on(JvmProcesses.inDirectory(Path.of("/var/lib/shop/processes"))
 *         .java("shop.Main", System.getProperty("java.class.path"))
 *         .jvmOptions(node -> List.of("-Xmx512m"))
 *         .arguments(node -> List.of("--id", node)));
 * }</pre>
 *
 * <p>They live on when the process that started them dies, and any node of this host that is given the same directory and settings can go
 * on with them: which process is which node is in files there. A node gets the variable {@code HOLDFAST_NODE_ID}, and otherwise this
 * process's environment and what is set here. Output goes to a file for each start.
 *
 * <p>A node is told to stop by SIGTERM and killed after the {@linkplain #grace grace}, with all that it has started. One that ended by
 * itself is FAILED, with the last lines of its log, until it is stopped or started by a new order.
 *
 * <p>Needs {@code /bin/sh}; where there is {@code setsid}, signals of this process's terminal do not reach the nodes. The directory must be of
 * this host's own, and of one cluster. Nothing is made before the first order. Immutable: each method returns a changed copy. Safe for several
 * threads and processes: of two that start the same node one does.
 */
public final class JvmProcesses implements ScalingTarget {
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);
    private static final Duration LONGEST_GRACE = Duration.ofHours(1);
    private static final int DEFAULT_LOGS_KEPT = 50;
    private static final int MOST_LOGS_KEPT = 100_000;

    private final Parts parts;
    private final ProcessTarget target;

    private record Parts(
            Path directory,
            @Nullable Function<String, List<String>> command,
            Path java,
            String mainClass,
            String classPath,
            Function<String, List<String>> jvmOptions,
            Function<String, List<String>> arguments,
            Function<String, Map<String, String>> environment,
            @Nullable Function<String, Path> workingDirectory,
            Duration grace,
            Path logs,
            int logsKept) {

        List<String> line(String node) {
            if (command != null) {
                return command.apply(node);
            }
            if (mainClass.isEmpty()) {
                throw new IllegalStateException("set java(mainClass, classPath) or command(...)");
            }
            List<String> line = new ArrayList<>(List.of(java.toString()));
            line.addAll(jvmOptions.apply(node));
            line.addAll(List.of("-cp", classPath, mainClass));
            line.addAll(arguments.apply(node));
            return line;
        }

        Parts withCommand(@Nullable Function<String, List<String>> made, String main, String path) {
            return new Parts(
                    directory,
                    made,
                    java,
                    main,
                    path,
                    jvmOptions,
                    arguments,
                    environment,
                    workingDirectory,
                    grace,
                    logs,
                    logsKept);
        }

        Parts withJava(
                Path program, Function<String, List<String>> options, Function<String, List<String>> programArguments) {
            return new Parts(
                    directory,
                    command,
                    program,
                    mainClass,
                    classPath,
                    options,
                    programArguments,
                    environment,
                    workingDirectory,
                    grace,
                    logs,
                    logsKept);
        }

        Parts withSurroundings(
                Function<String, Map<String, String>> variables, @Nullable Function<String, Path> place) {
            return new Parts(
                    directory,
                    command,
                    java,
                    mainClass,
                    classPath,
                    jvmOptions,
                    arguments,
                    variables,
                    place,
                    grace,
                    logs,
                    logsKept);
        }

        Parts withLimits(Duration longest, Path files, int kept) {
            return new Parts(
                    directory,
                    command,
                    java,
                    mainClass,
                    classPath,
                    jvmOptions,
                    arguments,
                    environment,
                    workingDirectory,
                    longest,
                    files,
                    kept);
        }
    }

    private JvmProcesses(Parts parts) {
        this.parts = parts;
        target = new ProcessTarget(new ProcessSettings(
                parts.directory(),
                parts::line,
                parts.environment(),
                parts.workingDirectory(),
                parts.grace(),
                parts.logs(),
                parts.logsKept()));
    }

    /** What is known of the processes is there; made if it is not there yet. The same for all nodes of this host, and of no other cluster. */
    public static JvmProcesses inDirectory(Path directory) {
        return new JvmProcesses(new Parts(
                directory,
                null,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "",
                "",
                node -> List.of(),
                node -> List.of(),
                node -> Map.of(),
                null,
                DEFAULT_GRACE,
                directory.resolve("logs"),
                DEFAULT_LOGS_KEPT));
    }

    /** A JVM for each node. */
    public JvmProcesses java(String mainClass, String classPath) {
        if (mainClass.isBlank()) {
            throw new IllegalArgumentException("the main class is empty");
        }
        return new JvmProcesses(parts.withCommand(null, mainClass, classPath));
    }

    /** Which JVM; by default the one that runs this. */
    public JvmProcesses javaExecutable(Path program) {
        return new JvmProcesses(parts.withJava(program, parts.jvmOptions(), parts.arguments()));
    }

    /** Options of a node's JVM, such as {@code -Xmx512m}; none by default. */
    public JvmProcesses jvmOptions(Function<String, List<String>> options) {
        return new JvmProcesses(parts.withJava(parts.java(), options, parts.arguments()));
    }

    /** What a node's main class is given; nothing by default. Any user of the machine may see it. */
    public JvmProcesses arguments(Function<String, List<String>> arguments) {
        return new JvmProcesses(parts.withJava(parts.java(), parts.jvmOptions(), arguments));
    }

    /**
     * Any program in place of a JVM: the program and its arguments, without a shell between. It must stay in the foreground: its end is the
     * node's.
     */
    public JvmProcesses command(Function<String, List<String>> line) {
        return new JvmProcesses(parts.withCommand(line, "", ""));
    }

    /**
     * Variables of a node's environment, beside this process's own and {@code HOLDFAST_NODE_ID}. If nodes are set up by variables {@code
     * HOLDFAST_...}, set those here that differ from this node's, such as {@code HOLDFAST_NODE_BIND}.
     */
    public JvmProcesses environment(Function<String, Map<String, String>> variables) {
        return new JvmProcesses(parts.withSurroundings(variables, parts.workingDirectory()));
    }

    /** Where a node runs, made if it is not there; by default where this process does. */
    public JvmProcesses workingDirectory(Function<String, Path> directory) {
        return new JvmProcesses(parts.withSurroundings(parts.environment(), directory));
    }

    /** How long a node may take to stop before it is killed, 0 to 1 h; 30 s by default. */
    public JvmProcesses grace(Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST_GRACE) > 0) {
            throw new IllegalArgumentException("a grace of " + time + "; it must be 0 to " + LONGEST_GRACE);
        }
        return new JvmProcesses(parts.withLimits(time, parts.logs(), parts.logsKept()));
    }

    /**
     * Where the files of output are, by default in {@code logs} of the directory. Each grows for as long as its process writes.
     *
     * @param kept how many of them once their processes are gone, 0 to 100,000; 50 by default
     */
    public JvmProcesses logs(Path directory, int kept) {
        if (kept < 0 || kept > MOST_LOGS_KEPT) {
            throw new IllegalArgumentException(kept + " logs kept; it must be 0 to " + MOST_LOGS_KEPT);
        }
        return new JvmProcesses(parts.withLimits(parts.grace(), directory, kept));
    }

    @Override
    public String name() {
        return target.name();
    }

    @Override
    public Capabilities capabilities() {
        return target.capabilities();
    }

    @Override
    public List<Instance> instances() throws ScalingTargetException, InterruptedException {
        return target.instances();
    }

    @Override
    public void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        target.start(order);
    }

    @Override
    public void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        target.stop(order);
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
