package io.holdfast.core;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A named duty that one node of the cluster has at a time, such as {@code invoices}; the nodes that {@link #run} it stand for
 * it, and the roles of a cluster are spread over them.
 *
 * <pre>{@code
 * cluster.role("invoices").stopWithin(Duration.ofSeconds(5)).run(grant -> {
 *     while (grant.isValid()) {
 *         dao.next(grant.token());
 *     }
 * });
 * }</pre>
 *
 * <p>Immutable: each method returns a changed copy. The same settings are given on every node.
 */
public final class Role {
    private final ClusterRun run;
    private final String name;
    private final Duration stopWithin;
    private final int priority;
    private final boolean haltOnOverrun;
    private final @Nullable Executor executor;

    Role(ClusterRun run, String name) {
        this(run, name, Duration.ofSeconds(5), 0, false, null);
    }

    private Role(
            ClusterRun run,
            String name,
            Duration stopWithin,
            int priority,
            boolean haltOnOverrun,
            @Nullable Executor executor) {
        this.run = run;
        this.name = name;
        this.stopWithin = stopWithin;
        this.priority = priority;
        this.haltOnOverrun = haltOnOverrun;
        this.executor = executor;
    }

    /**
     * How long the task may go on after its grant has ended, 0 to 10 min; 5 s by default. Where the old holder does not answer,
     * the next one waits for so long, and for the rest of the lease before.
     */
    public Role stopWithin(Duration limit) {
        return new Role(run, name, limit, priority, haltOnOverrun, executor);
    }

    /** Among nodes that are equally healthy the one with the highest has the role, -100 to 100; 0 by default. */
    public Role priority(int preference) {
        return new Role(run, name, stopWithin, preference, haltOnOverrun, executor);
    }

    /** End the process, with status 71 and at once, if the task overruns {@link #stopWithin}; by default it is logged and counted. */
    public Role haltOnOverrun() {
        return new Role(run, name, stopWithin, priority, true, executor);
    }

    /** Where the task runs; by default a thread of its own. */
    public Role executor(Executor tasks) {
        return new Role(run, name, stopWithin, priority, haltOnOverrun, tasks);
    }

    /**
     * Stands for the role until the candidacy is closed or the node stops, and runs {@code task} whenever this node is granted
     * it.
     *
     * @throws IllegalStateException if the node is not running, runs the role already, or has nothing that elects
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public RoleCandidacy run(RoleTask task) {
        Settings.within(name, "stopWithin in ms", stopWithin.toMillis(), 0, 600_000);
        Settings.within(name, "priority", priority, -100, 100);
        return run.stand(this, new TaskDuty(task));
    }

    /**
     * The same for a duty that begins and ends by callbacks instead of lasting as long as one: {@code begin} starts it and
     * returns, and {@code end}, given the reason for people, stops it. They are called in turn and never at once; both together
     * have to be done within {@link #stopWithin} once the grant has ended.
     */
    public RoleCandidacy hold(Consumer<Grant> begin, Consumer<String> end) {
        Settings.within(name, "stopWithin in ms", stopWithin.toMillis(), 0, 600_000);
        Settings.within(name, "priority", priority, -100, 100);
        return run.stand(this, new CallbackDuty(begin, end, stopWithin.toNanos(), priority, haltOnOverrun));
    }

    /** Who holds it now, as far as this node knows. */
    public Optional<RoleHolder> holder() {
        return run.holder(name);
    }

    String name() {
        return name;
    }

    long stopWithinNanos() {
        return stopWithin.toNanos();
    }

    int priorityValue() {
        return priority;
    }

    boolean halts() {
        return haltOnOverrun;
    }

    @Nullable
    Executor tasks() {
        return executor;
    }

    private static final class Settings {
        static void within(String role, String what, long value, long least, long most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        "role " + role + ": " + what + " " + value + " is not within " + least + " to " + most);
            }
        }
    }
}
