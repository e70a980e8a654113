package io.holdfast.backup.plan;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.PruneVerdict;
import io.holdfast.backup.plan.DriverView.RunningJob;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.OperatorCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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

    /** At once: each of them looks at all that is known of all layers. */
    private static final int MOST_PRUNING = 8;

    private static final int LONGEST_WAIT_MILLIS = 10_000;

    private final String node;
    private final BackupService service;
    private final Supplier<DriverView> view;
    private final List<String> sources;
    private final EventLoop loop;
    /** The oldest first. Guarded by itself. */
    private final LinkedHashMap<Long, Task> tasks = new LinkedHashMap<>();

    private long last; // guarded by tasks
    private final AtomicInteger pruning = new AtomicInteger();

    /**
     * Serves them.
     *
     * @param firstTask greater than any number that this node gave a task before it was started again
     */
    BackupCommands(
            String node,
            BackupService service,
            Supplier<DriverView> view,
            List<String> sources,
            EventLoop loop,
            long firstTask) {
        this.node = node;
        this.service = service;
        this.view = view;
        this.sources = sources;
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

    /** Something that is begun, or about to be. */
    private static final class Task {
        private final long number;
        private final String what;
        private final String subject;
        private final CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();
        /** Who waits for its end. Guarded by itself. */
        private final Set<Runnable> waiting = new HashSet<>();

        Task(long number, String what, String subject) {
            this.number = number;
            this.what = what;
            this.subject = subject;
        }

        boolean isOver() {
            return result.isDone();
        }

        void becomes(CompletableFuture<Map<String, Object>> begun) {
            CompletableFuture<?> unused = begun.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
                List<Runnable> all;
                synchronized (waiting) {
                    all = List.copyOf(waiting);
                    waiting.clear();
                }
                all.forEach(Runnable::run);
            });
        }

        /** Run once it is over, unless it is forgotten before: a task may take a day, and be asked for every second. */
        void await(Runnable told) {
            synchronized (waiting) {
                waiting.add(told);
            }
            if (isOver()) {
                forget(told);
                told.run();
            }
        }

        void forget(Runnable told) {
            synchronized (waiting) {
                waiting.remove(told);
            }
        }

        Map<String, Object> told() {
            return Map.of("task", Long.toString(number), "what", what, "subject", subject);
        }
    }

    /** How many answers are held for who waits. */
    int waiting() {
        synchronized (tasks) {
            int all = 0;
            for (Task task : tasks.values()) {
                synchronized (task.waiting) {
                    all += task.waiting.size();
                }
            }
            return all;
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
        return begin(RUNS, source.equals(ALL) ? sources : List.of(source), each -> service.runNow(each)
                .thenApply(BackupCommands::told));
    }

    private CompletionStage<Map<String, Object>> drill(Map<String, String> arguments) {
        String source = arguments.getOrDefault("source", BackupNode.STATE);
        String layer = arguments.getOrDefault("layer", "");
        checkHolder();
        return begin(
                DRILLS, List.of(source), each -> service.drillNow(each, layer).thenApply(BackupCommands::told));
    }

    /** All or none: there is room for them before the first one begins. */
    private CompletionStage<Map<String, Object>> begin(
            String what, List<String> subjects, Function<String, CompletableFuture<Map<String, Object>>> beginning) {
        List<Task> begun = reserve(what, subjects);
        for (Task task : begun) {
            try {
                task.becomes(beginning.apply(task.subject));
            } catch (
                    RuntimeException
                            refused) { // before anything has begun, since it is what was asked for that is wrong
                release(begun);
                throw refused;
            }
        }
        return CompletableFuture.completedFuture(
                Map.of("node", node, "tasks", begun.stream().map(Task::told).toList()));
    }

    private List<Task> reserve(String what, List<String> subjects) {
        synchronized (tasks) {
            int most = Math.max(MOST_TASKS, subjects.size()) - subjects.size();
            tasks.values().removeIf(task -> tasks.size() > most && task.isOver());
            if (tasks.size() > most) {
                throw new NotAvailableException("so many tasks wait already at " + node + " as may: " + MOST_TASKS);
            }
            List<Task> reserved = new ArrayList<>();
            for (String subject : subjects) {
                Task task = new Task(++last, what, subject);
                tasks.put(task.number, task);
                reserved.add(task);
            }
            return reserved;
        }
    }

    private void release(List<Task> reserved) {
        synchronized (tasks) {
            reserved.forEach(task -> tasks.remove(task.number));
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
        if (task == null) { // told apart from a node that cannot be asked now: there is nothing to wait for
            return CompletableFuture.completedFuture(Map.of(
                    "node",
                    node,
                    "task",
                    number,
                    "state",
                    "unknown",
                    "detail",
                    "there is no task " + number + " at " + node
                            + ": it ended long ago, or the node has been started again since"));
        }
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        Runnable told = () -> answer.complete(stands(task));
        task.await(told);
        if (!answer.isDone()) {
            long wait = Math.min(LONGEST_WAIT_MILLIS, Long.parseLong(millis));
            loop.schedule(wait * 1_000_000L, () -> {
                task.forget(told);
                told.run();
            });
        }
        return answer;
    }

    private Map<String, Object> stands(Task task) {
        Map<String, Object> stands = new LinkedHashMap<>();
        stands.put("node", node);
        stands.put("task", Long.toString(task.number));
        stands.put("what", task.what);
        stands.put("subject", task.subject);
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
        Map<String, Object> result = task.result
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
                .filter(job -> task.what.equals(RUNS)
                        ? job.what().equals(new Job.Make(task.subject))
                        : job.what() instanceof Job.Drill drill
                                && drill.source().equals(task.subject))
                .findFirst()
                .orElse(null);
    }

    private CompletionStage<Map<String, Object>> pruned(boolean dryRun) {
        checkHolder();
        if (pruning.get() >= MOST_PRUNING) {
            throw new NotAvailableException(node + " is asked already " + MOST_PRUNING + " times what goes; ask again");
        }
        CompletableFuture<PruneReport> report = service.prune(dryRun);
        pruning.incrementAndGet();
        return report.whenComplete((told, failure) -> pruning.decrementAndGet()).thenApply(this::told);
    }

    private Map<String, Object> told(PruneReport report) {
        List<PruneVerdict> all = report.verdicts();
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
        answer.put("leftAlone", report.leftAlone());
        answer.put("verdicts", told);
        return answer;
    }
}
