package io.holdfast.autoscale.target;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How nodes are started as processes; what it means is told by {@code JvmProcesses}.
 *
 * @param directory shared by all nodes of this host
 * @param command a node's program and arguments
 * @param environment a node's variables, beside this process's own
 * @param workingDirectory where a node runs; null where this process does
 * @param grace between the wish to end and the end
 * @param logs where files of output are
 * @param logsKept how many of them once their processes have ended
 */
public record ProcessSettings(
        Path directory,
        Function<String, List<String>> command,
        Function<String, Map<String, String>> environment,
        @Nullable Function<String, Path> workingDirectory,
        Duration grace,
        Path logs,
        int logsKept) {}
