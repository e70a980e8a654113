package io.holdfast.backup.plan;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.PruneVerdict;
import io.holdfast.backup.plan.DriverView.RunningJob;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.OperatorCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What operators may have a node do about backups: it does that only while it has the role. What takes long is begun and becomes a task, whose end
 * whoever asked waits for by asking again; it goes on when he does not. Safe from any thread.
 */
final class BackupCommands {
    static final String RUN = "backup-run";
    static final String DRILL = "backup-drill";
    static final String TASK = "backup-task";
    static final String PRUNE = "backup-prune";
    static final String RETENTION = "backup-retention";
    private static final String ALL = "all";
    private static final String RUNS = "run";
    private static final String DRILLS = "drill";
    private static final int MOST_TASKS = 64;
    /** Fits into an answer, whatever the reasons. */
    private static final int MOST_VERDICTS = 5_000;

    private static final int LONGEST_WAIT_MILLIS = 10_000;

    private final String node;
    private final BackupService service;
    private final Supplier<DriverView> view;
    private final List<String> sources;
    private final Worker reader;
    private final EventLoop loop;
    /** The oldest first. Guarded by itself. */
    private final LinkedHashMap<Long, Task> tasks = new LinkedHashMap<>();

    private long last; // guarded by tasks

    /**
     * Serves them.
     *
     * @param reader looks at what is in layers
     * @param firstTask greater than any number that this node gave a task before it was started again
     */
    BackupCommands(
            String node,
            BackupService service,
            Supplier<DriverView> view,
            List<String> sources,
            Worker reader,
            EventLoop loop,
            long firstTask) {
        this.node = node;
        this.service = service;
        this.view = view;
        this.sources = sources;
        this.reader = reader;
        this.loop = loop;
        this.last = firstTask;
    }

    List<OperatorCommand> commands() {
        return List.of(
                new OperatorCommand(RUN, OperatorRole.OPERATE, this::run),
                new OperatorCommand(DRILL, OperatorRole.OPERATE, this::drill),
                new OperatorCommand(TASK, OperatorRole.READ, this::task),
                new OperatorCommand(PRUNE, OperatorRole.OPERATE, arguments -> pruned(false)),
                new OperatorCommand(RETENTION, OperatorRole.READ, arguments -> pruned(true)));
    }

    /** Something that was begun. */
    private record Task(long number, String what, String subject, CompletableFuture<Map<String, Object>> result) {
        boolean isOver() {
            return result.isDone();
        }
    }

    private void checkHolder() {
        if (view.get().token() == null) {
            throw new NotAvailableException(
                    node + " does not do the backups; ask the one that holds the role " + BackupService.ROLE);
        }
    }

    private CompletionStage<Map<String, Object>> run(Map<String, String> arguments) {
        String source = arguments.getOrDefault("source", "");
        if (!source.equals(ALL) && !sources.contains(source)) {
            throw new IllegalArgumentException(
                    "there is no source \"" + source + "\"; there are " + sources + ", and " + ALL);
        }
        checkHolder();
        List<Map<String, Object>> begun = new ArrayList<>();
        for (String each : source.equals(ALL) ? sources : List.of(source)) {
            begun.add(begin(RUNS, each, service.runNow(each).thenApply(BackupCommands::told)));
        }
        return CompletableFuture.completedFuture(Map.of("node", node, "tasks", begun));
    }

    private CompletionStage<Map<String, Object>> drill(Map<String, String> arguments) {
        String source = arguments.getOrDefault("source", BackupNode.STATE);
        checkHolder();
        CompletableFuture<Map<String, Object>> result =
                service.drillNow(source, arguments.getOrDefault("layer", "")).thenApply(BackupCommands::told);
        return CompletableFuture.completedFuture(Map.of("node", node, "tasks", List.of(begin(DRILLS, source, result))));
    }

    private Map<String, Object> begin(String what, String subject, CompletableFuture<Map<String, Object>> result) {
        synchronized (tasks) {
            tasks.values().removeIf(task -> tasks.size() >= MOST_TASKS && task.isOver());
            if (tasks.size() >= MOST_TASKS) {
                throw new NotAvailableException("so many tasks wait already at " + node + " as may: " + MOST_TASKS);
            }
            Task task = new Task(++last, what, subject, result);
            tasks.put(task.number(), task);
            return Map.of("task", Long.toString(task.number()), "what", what, "subject", subject);
        }
    }

    private static Map<String, Object> told(BackupInfo made) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("backup", made.id());
        told.put("layer", made.layer());
        told.put("source", made.source());
        told.put("kind", made.kind().name());
        told.put("began", made.began().toString());
        told.put("ended", made.ended().toString());
        told.put("storedBytes", made.storedBytes());
        told.put("remarks", made.remarks());
        return told;
    }

    private static Map<String, Object> told(DrillInfo drill) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("layer", drill.layer());
        told.put("outcome", drill.outcome().name());
        told.put("source", drill.source());
        told.put("backup", drill.backup());
        told.put("log", drill.logId());
        told.put("index", drill.index());
        told.put("began", drill.began().toString());
        told.put("tookMillis", drill.took().toMillis());
        told.put("detail", drill.detail());
        return told;
    }

    /** How a task stands: at once, or, if it is not over, when it is or after the time that is asked for. */
    private CompletionStage<Map<String, Object>> task(Map<String, String> arguments) {
        String number = arguments.getOrDefault("task", "");
        String millis = arguments.getOrDefault("waitMillis", "0");
        if (!number.matches("\\d{1,18}") || !millis.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("task \"" + number + "\", waitMillis \"" + millis + "\": write numbers");
        }
        Task task;
        synchronized (tasks) {
            task = tasks.get(Long.parseLong(number));
        }
        if (task == null) {
            throw new NotAvailableException("there is no task " + number + " at " + node
                    + ": it ended long ago, or the node has been started again since");
        }
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        CompletableFuture<?> unused = task.result().whenComplete((result, failure) -> answer.complete(stands(task)));
        long wait = Math.min(LONGEST_WAIT_MILLIS, Long.parseLong(millis));
        loop.schedule(wait * 1_000_000L, () -> answer.complete(stands(task)));
        return answer;
    }

    private Map<String, Object> stands(Task task) {
        Map<String, Object> stands = new LinkedHashMap<>();
        stands.put("node", node);
        stands.put("task", Long.toString(task.number()));
        stands.put("what", task.what());
        stands.put("subject", task.subject());
        if (task.isOver()) {
            over(task, stands);
            return stands;
        }
        RunningJob job = running(task);
        stands.put("state", job == null ? "waiting" : "running");
        if (job != null) {
            stands.put("layer", job.layer());
            stands.put("bytes", job.watch().storedBytes());
            long of = job.what() instanceof Job.Make make
                    ? view.get().lastBytes().getOrDefault(make.source(), 0L)
                    : job.watch().ofBytes();
            stands.put("ofBytes", of);
        }
        return stands;
    }

    private static void over(Task task, Map<String, Object> stands) {
        Map<String, Object> result = task.result()
                .handle((value, failure) -> {
                    if (failure == null) {
                        stands.put("state", "done");
                        return value;
                    }
                    Throwable cause = Blame.cause(failure);
                    stands.put("state", cause instanceof NotAvailableException ? "gone" : "failed");
                    stands.put("detail", Blame.describe(cause));
                    return Map.<String, Object>of();
                })
                .join();
        stands.put("result", result);
    }

    private @Nullable RunningJob running(Task task) {
        return view.get().jobs().stream()
                .filter(job -> task.what().equals(RUNS)
                        ? job.what().equals(new Job.Make(task.subject()))
                        : job.what() instanceof Job.Drill drill
                                && drill.source().equals(task.subject()))
                .findFirst()
                .orElse(null);
    }

    private CompletionStage<Map<String, Object>> pruned(boolean dryRun) {
        checkHolder();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        reader.execute(() -> {
            try {
                answer.complete(verdicts(service.prune(dryRun)));
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        return answer;
    }

    private Map<String, Object> verdicts(List<PruneVerdict> all) {
        List<Map<String, Object>> told = all.stream()
                .sorted(Comparator.comparing(PruneVerdict::keep)) // what goes is never what is left out
                .limit(MOST_VERDICTS)
                .map(verdict -> Map.<String, Object>of(
                        "layer", verdict.layer(),
                        "backup", verdict.id(),
                        "keep", verdict.keep(),
                        "reasons", verdict.reasons()))
                .toList();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("node", node);
        answer.put("goes", all.stream().filter(verdict -> !verdict.keep()).count());
        answer.put("stays", all.stream().filter(PruneVerdict::keep).count());
        answer.put("leftOut", all.size() - told.size());
        answer.put("verdicts", told);
        return answer;
    }
}
