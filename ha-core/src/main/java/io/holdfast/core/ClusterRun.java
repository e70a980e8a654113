package io.holdfast.core;

import io.holdfast.core.FeatureStopper.Named;
import io.holdfast.core.LifeCycle.State;
import io.holdfast.core.internal.thread.NodeThread;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.Membership;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one node through its {@link LifeCycle}. There is one way out of it, whoever asks and for whatever reason, also
 * out of a start that fails: on the loop the features stop, the last one first, then the links end; off the loop
 * everything is released. A real node stops on a thread of its own, so that its loop, its workers and its callbacks may
 * all ask for it; one whose loop is the caller's thread (the simulator) stops on that.
 */
final class ClusterRun {
    static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private static final Duration LEAVE_LIMIT = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(ClusterRun.class);
    private static final long LOOP_WAIT_SECONDS = STOP_LIMIT.toSeconds() + 2;
    private static final long STOP_WAIT_SECONDS = 30;

    private final ClusterPlan plan;
    private final EventFeed events;
    private final LifeCycle life = new LifeCycle();
    private final Readiness readiness;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile Node node;
    private volatile @Nullable NodeParts parts;
    private volatile @Nullable Thread starter;
    private volatile @Nullable Thread stopper;
    private volatile @Nullable ShutdownHook shutdownHook;
    private volatile boolean stopRequested;
    private volatile boolean draining;
    private final AtomicReference<@Nullable CompletableFuture<Void>> leaving = new AtomicReference<>();
    private volatile boolean loopSound = true;

    ClusterRun(ClusterPlan plan) {
        this.plan = plan;
        this.events = new EventFeed(plan.node().id(), plan.listener());
        this.node = plan.node();
        this.readiness =
                new Readiness(plan.features().stream().map(f -> f.name()).toList());
    }

    ClusterPlan plan() {
        return plan;
    }

    Node node() {
        return node;
    }

    Readiness readiness() {
        return readiness;
    }

    EventFeed events() {
        return events;
    }

    /** A feature says whether it can serve. */
    void ready(String feature, boolean ready, String reason) {
        readies(() -> readiness.set(feature, ready, reason));
    }

    private void readies(Runnable change) {
        boolean before = readiness.isReady();
        change.run();
        boolean now = readiness.isReady();
        if (now && !before) {
            events.tell(HaEvent.Kind.READY, "", "");
        } else if (before && !now) {
            events.tell(HaEvent.Kind.NOT_READY, "", readiness.reasons());
        }
    }

    void drain(boolean is) {
        NodeParts running = parts;
        if (running == null || life.state() != State.RUNNING) {
            throw new IllegalStateException(
                    plan + " is " + life.state() + " and takes no requests that it could drain of");
        }
        synchronized (readiness) { // the others are told in the order in which it is wanted
            if (draining == is) {
                return;
            }
            draining = is;
            readies(() -> readiness.ofNode(is ? "it drains: no new requests are to come" : ""));
            Membership membership = running.membership();
            if (membership != null) {
                membership.say(facts -> facts.withDraining(is));
            }
        }
        LOG.info(
                is ? "{} drains: balancers send it nothing new" : "{} drains no more: balancers send it requests again",
                plan);
    }

    boolean isDraining() {
        return draining;
    }

    @Nullable
    Throwable failure() {
        return life.failure();
    }

    HealthReport health() {
        NodeParts running = parts;
        if (running == null || life.state() != State.RUNNING) {
            return HealthReport.of(Map.of("node", new HealthReport.Finding(Health.DOWN, plan + " is " + life.state())));
        }
        return running.health().report();
    }

    boolean isLive() {
        NodeParts running = parts;
        State state = life.state();
        boolean runs = (state == State.RUNNING || state == State.STOPPING) && life.failure() == null;
        return state == State.NEW || state == State.STARTING || (runs && running != null && running.isLoopLive());
    }

    /** Whatever else is true of it. */
    boolean isLoopLive() {
        NodeParts running = parts;
        return running == null || running.isLoopLive();
    }

    String whyNotReady() {
        if (isReady()) {
            return "";
        }
        String ended =
                switch (life.state()) {
                    case NEW, STARTING, RUNNING -> "";
                    case STOPPING -> "the node is stopping";
                    case STOPPED -> "the node has stopped";
                    case FAILED -> "the node has failed";
                };
        String reasons = readiness.reasons();
        return ended.isEmpty() || reasons.isEmpty() ? ended + reasons : ended + "; " + reasons;
    }

    State state() {
        return life.state();
    }

    boolean isRunning() {
        return life.state() == State.RUNNING;
    }

    Explanation explain() {
        return operations().explain();
    }

    CompletableFuture<SafeToStop> safeToStop(String nodeId) {
        CompletableFuture<SafeToStop> answer = operations().safeToStop(nodeId, true);
        NodeParts running = parts;
        return answer.isDone() || running == null ? answer : told(answer, running);
    }

    Optional<Address> httpAddress() {
        NodeParts running = parts;
        return running == null ? Optional.empty() : running.httpAddress();
    }

    private Operations operations() {
        NodeParts running = parts;
        if (running == null || life.state() == State.NEW) {
            throw new IllegalStateException(plan + " has not been started; call start() first");
        }
        return running.operations();
    }

    boolean isReady() {
        return life.state() == State.RUNNING && readiness.isReady();
    }

    void start() {
        if (!life.advance(State.NEW, State.STARTING)) {
            throw new IllegalStateException(plan + " cannot be started, it is " + life.state()
                    + "; a cluster starts once, build another one to start again");
        }
        starter = Thread.currentThread();
        plan.origins().forEach(line -> LOG.info("{}: {}", plan, line));
        try {
            begin();
            checkUnharmed();
            life.advance(State.STARTING, State.RUNNING);
            checkUnharmed(); // again: what came before the node was RUNNING did not stop it
            LOG.info("{} has started at {} with {}", plan, node, readiness.features());
        } catch (Throwable e) { // whatever it was, nothing may be left behind
            throw startFailed(e);
        } finally {
            starter = null;
        }
    }

    private void begin() throws Exception {
        NodeRuntime given = plan.runtime();
        NodeRuntime runtime = given == null ? Runtimes.defaultRuntime(plan) : given;
        NodeParts made = new NodeParts(plan, runtime, events);
        parts = made;
        runtime.onFailure(cause -> failed("its runtime", cause, !runtime.loop().inEventLoop()));
        made.assemble(this, name -> new ClusterContext(name, this, made));
        if (plan.stopOnShutdown() && !made.isInline()) {
            shutdownHook = ShutdownHook.install(plan.toString(), plan.node().id(), this::stopOnShutdown);
        }
        for (Named feature : made.features()) {
            checkUnharmed();
            made.open(feature);
        }
        checkUnharmed();
        if (!plan.node().isClient()) {
            node = made.listen();
        }
        checkUnharmed();
        made.begin();
        made.serveHttp(this);
        readiness.start();
        events.tell(HaEvent.Kind.STARTED, "", "at " + node.bindAddress());
        if (readiness.isReady()) {
            events.tell(HaEvent.Kind.READY, "", "");
        }
    }

    private void checkUnharmed() {
        Throwable failure = life.failure();
        if (failure != null) {
            throw new StartFailedException("a part of it failed meanwhile", failure);
        }
        if (stopRequested) {
            throw new NotAvailableException("stop() was called while it started");
        }
    }

    private StartFailedException startFailed(Throwable e) {
        Throwable cause = e instanceof StartFailedException && e.getCause() != null ? e.getCause() : e;
        if (!stopRequested) {
            life.failed(cause);
        }
        beginStop(State.STARTING, false);
        beginStop(State.RUNNING, false);
        waitUntilStopped();
        return new StartFailedException(plan + " did not start: " + describe(cause), cause);
    }

    private static String describe(Throwable cause) {
        String message = cause.getMessage();
        // Ours name the node and the file by themselves; of others the type says more than the message does.
        return message != null && (cause instanceof IOException || cause instanceof HoldfastException)
                ? message
                : cause.toString();
    }

    /**
     * Something broke, on whatever thread.
     *
     * @param loopIsSound false if the loop itself threw: nobody knows what state its features are in, so they are not
     *     asked to stop but only closed
     */
    void failed(String where, Throwable cause, boolean loopIsSound) {
        State state = life.state();
        if (state == State.STOPPED || state == State.FAILED || !life.failed(cause)) {
            LOG.warn("{} failed in {} although it was already failing or gone", plan, where, cause);
        } else {
            LOG.error("{} has failed in {} and stops: {}", plan, where, describe(cause), cause);
            events.tell(HaEvent.Kind.FAILED, "", describe(cause));
        }
        if (!loopIsSound) {
            loopSound = false;
        }
        beginStop(State.RUNNING, true);
    }

    CompletableFuture<Void> stopAsync() {
        requestStop();
        return stopped.copy();
    }

    private void requestStop() {
        if (life.advance(State.NEW, State.STOPPED)) {
            readiness.end();
            NodeRuntime given = plan.runtime();
            try {
                if (given != null) {
                    given.close();
                }
            } catch (RuntimeException e) {
                LOG.error("{} could not close its runtime", plan, e);
            } finally {
                stopped.complete(null);
            }
        } else {
            stopRequested = true; // a start that is under way finds it at its next step
            beginStop(State.RUNNING, false);
        }
    }

    void leave() {
        NodeParts running = parts;
        if (running != null && running.isOwnThread()) {
            throw new IllegalStateException(
                    plan + " cannot wait for itself to leave; call leaveAsync() in a callback or on the loop");
        }
        try {
            leaveAsync().get(LEAVE_LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotAvailableException("interrupted while " + plan + " left; it may still leave");
        } catch (TimeoutException e) {
            throw new NotAvailableException(
                    plan + " has not left after " + LEAVE_LIMIT.toSeconds() + " s; it may still");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(plan + " could not leave", e.getCause());
        }
        stop();
    }

    CompletableFuture<Void> leaveAsync() {
        NodeParts running = parts;
        if (running == null || life.state() != State.RUNNING) {
            throw new IllegalStateException(plan + " is " + life.state() + " and has nothing to leave");
        }
        CompletableFuture<Void> left = new CompletableFuture<>();
        // A second call at the same moment does no harm: the vote is given up once.
        CompletableFuture<Void> one = leaving.updateAndGet(begun -> begun == null || begun.isDone() ? left : begun);
        if (one != null && one != left) {
            return told(one, running);
        }
        LOG.info("{} leaves the cluster", plan);
        running.loop().execute(() -> leave(List.copyOf(running.features()), left));
        if (life.state() != State.RUNNING) { // it stopped meanwhile, and did not see that anybody waits
            left.completeExceptionally(stoppedBeforeItLeft());
        }
        return told(left, running);
    }

    private NotAvailableException stoppedBeforeItLeft() {
        return new NotAvailableException(
                plan + " was stopped before it had left; whether it has a vote still, the others know");
    }

    /** Users hear of it where their callbacks run; if those have ended, when the node has stopped. */
    @SuppressWarnings("FutureReturnValueIgnored") // whatever comes of it is passed on
    private <T> CompletableFuture<T> told(CompletableFuture<T> future, NodeParts running) {
        CompletableFuture<T> told = future.thenApplyAsync(value -> value, running.callbacks());
        if (life.state() != State.RUNNING) {
            stopped.whenComplete((done, none) -> future.whenComplete((value, failure) -> {
                if (failure == null) {
                    told.complete(value);
                } else {
                    told.completeExceptionally(failure);
                }
            }));
        }
        return told;
    }

    /** One feature after the other, the last one first, as they stop. On the loop. */
    private void leave(List<Named> features, CompletableFuture<Void> left) {
        if (features.isEmpty()) {
            left.complete(null);
            requestStop();
            return;
        }
        Named last = features.get(features.size() - 1);
        last.feature().leave(LEAVE_LIMIT).whenComplete((done, failure) -> {
            NodeParts running = parts;
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                LOG.warn("{} does not leave the cluster: {}", plan, describe(cause));
                left.completeExceptionally(cause);
            } else if (running != null) {
                running.loop().execute(() -> leave(features.subList(0, features.size() - 1), left));
            }
        });
    }

    void stop() {
        requestStop();
        NodeParts running = parts;
        Thread current = Thread.currentThread();
        boolean waitedFor =
                current.equals(starter) || current.equals(stopper) || (running != null && running.isOwnThread());
        if (!waitedFor) {
            waitUntilStopped();
        }
    }

    /** The JVM is told to end, and ends when this returns. */
    private void stopOnShutdown() {
        LOG.info(
                "{} stops, since the process is told to end; it has {} s",
                plan,
                STOP_WAIT_SECONDS + roleSeconds(parts));
        requestStop();
        waitUntilStopped();
    }

    /** What stops it when the JVM ends; null if nothing does. */
    @Nullable
    ShutdownHook shutdownHook() {
        return shutdownHook;
    }

    private void waitUntilStopped() {
        NodeParts running = parts;
        if (running != null && running.isInline()) {
            return; // the thread that would wait is the one that has to go on
        }
        await(stopped, STOP_WAIT_SECONDS + roleSeconds(running), "to stop; it goes on stopping");
    }

    /**
     * Leaves {@code from} for good, if the node is there.
     *
     * @param later true to begin after the current task of an inline loop, which may be in the middle of a feature
     */
    private void beginStop(State from, boolean later) {
        if (!life.advance(from, State.STOPPING)) {
            return;
        }
        readiness.end();
        CompletableFuture<Void> left = leaving.get();
        if (left != null) {
            left.completeExceptionally(stoppedBeforeItLeft());
        }
        NodeParts running = parts;
        if (running == null) {
            finish(null);
        } else if (running.isInline()) {
            Runnable stopAll = () -> stopOnLoop(running, () -> finish(running));
            if (later) {
                running.loop().execute(stopAll);
            } else {
                running.loop().run(stopAll);
            }
        } else {
            Thread own = new NodeThread(plan.node().id(), "stop", () -> stopOffLoop(running));
            own.setDaemon(false); // whatever asked for it: the process must not end half-way
            stopper = own;
            own.start();
        }
    }

    /** What the callbacks of roles may take before the features stop. */
    private static long roleSeconds(@Nullable NodeParts running) {
        Tenures roles = running == null ? null : running.tenures();
        return roles == null ? 0 : TimeUnit.NANOSECONDS.toSeconds(roles.longestStopNanos()) + 1;
    }

    private void stopOnLoop(NodeParts running, Runnable done) {
        running.stop(loopSound, STOP_LIMIT.toNanos(), done);
    }

    private void stopOffLoop(NodeParts running) {
        CompletableFuture<Void> loopDone = new CompletableFuture<>();
        running.loop().execute(() -> stopOnLoop(running, () -> loopDone.complete(null)));
        // A loop that has thrown may do nothing more, and the other nodes should see the connections end soon.
        await(
                loopDone,
                loopSound ? LOOP_WAIT_SECONDS + roleSeconds(running) : 1,
                "in vain to end its links on its loop; they are cut");
        finish(running);
    }

    private void finish(@Nullable NodeParts running) {
        try {
            if (running != null) {
                running.release();
            }
        } finally {
            State end = life.failure() == null ? State.STOPPED : State.FAILED;
            life.advance(State.STOPPING, end);
            LOG.info("{} has stopped ({})", plan, end);
            ShutdownHook hook = shutdownHook;
            if (hook != null) {
                hook.remove();
            }
            stopped.complete(null);
        }
    }

    /** Waits in spite of interrupts, common where services are being stopped: half a stop is of no use to anybody. */
    private void await(CompletableFuture<Void> future, long seconds, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean interrupted = false;
        try {
            while (!future.isDone()) {
                try {
                    future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            LOG.warn("waited {} s for {} {}", seconds, plan, what);
        } catch (ExecutionException e) {
            throw new IllegalStateException("no one completes this future with a failure", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Tenures tenures() {
        NodeParts running = parts;
        if (running == null || life.state() == State.NEW) {
            throw new IllegalStateException(plan + " has not been started; call start() first");
        }
        Tenures roles = running.tenures();
        if (roles == null) {
            throw new IllegalStateException(
                    plan + " has nothing that elects; add .with(LogReplication.inDirectory(...)) or another election"
                            + " engine to the builder. A client holds no roles");
        }
        return roles;
    }

    RoleCandidacy stand(Role role, Duty duty) {
        Tenures roles = tenures();
        if (life.state() != State.RUNNING) {
            throw new IllegalStateException(plan + " is " + life.state() + " and cannot stand for role " + role.name());
        }
        return new RoleCandidacy(
                roles,
                roles.stand(
                        role.name(), duty, role.stopWithinNanos(), role.priorityValue(), role.halts(), role.tasks()));
    }

    Optional<RoleHolder> holder(String role) {
        return tenures().holder(role);
    }

    Members members() {
        NodeParts running = parts;
        if (running == null || life.state() == State.NEW) {
            throw new IllegalStateException(plan + " has not been started; call start() first");
        }
        Membership membership = running.membership();
        if (membership == null) {
            throw new IllegalStateException(plan + " has nothing that knows its members; add"
                    + " .with(GossipMembership.seeds(...)) to the builder");
        }
        return membership.members();
    }

    CompletableFuture<RoleHolder> transferMastership(String to) {
        return tenures().handOverMaster(to);
    }

    void awaitReady(Duration timeout) {
        if (life.state() == State.NEW) {
            throw new IllegalStateException(plan + " has not been started; call start() first");
        }
        NodeParts running = parts;
        boolean mayWait =
                running == null || !(running.isInline() || running.loop().inEventLoop());
        try {
            if (mayWait) {
                readiness.await(Readiness.nanosOf(timeout));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotAvailableException(
                    "interrupted while waiting for " + plan + " to become ready; " + readiness.reasons());
        }
        if (!isReady()) {
            throw notReady(timeout);
        }
    }

    private NotAvailableException notReady(Duration timeout) {
        Throwable failure = life.failure();
        State state = life.state();
        NotAvailableException notAvailable;
        if (failure != null) {
            notAvailable = new NotAvailableException(plan + " has failed: " + describe(failure));
            notAvailable.initCause(failure);
        } else if (state == State.STARTING || state == State.RUNNING) {
            notAvailable = new NotAvailableException(
                    plan + " is not ready after " + timeout.toMillis() + " ms; " + readiness.reasons());
        } else {
            notAvailable = new NotAvailableException(plan + " is " + state);
        }
        return notAvailable;
    }

    <T> T feature(Class<T> type) {
        NodeParts running = parts;
        if (running == null) {
            throw new IllegalStateException(plan + " has not been started; call start() first");
        }
        List<Named> found = running.features().stream()
                .filter(f -> type.isInstance(f.feature()))
                .toList();
        List<String> present = readiness.features();
        if (found.isEmpty()) {
            throw new IllegalStateException(plan + " has no feature that provides " + type.getSimpleName()
                    + "; add the one that does to the builder with .with(...). It was built with " + present);
        }
        if (found.size() > 1) {
            throw new IllegalStateException(
                    plan + " has " + found.size() + " features that provide " + type.getSimpleName() + ": "
                            + found.stream().map(Named::name).toList());
        }
        return type.cast(found.get(0).feature());
    }
}
