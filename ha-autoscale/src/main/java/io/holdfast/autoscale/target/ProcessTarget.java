package io.holdfast.autoscale.target;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.autoscale.target.ProcessDirectory.Entry;
import io.holdfast.autoscale.target.ProcessDirectory.Orders;
import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Nodes as processes of this host. What is known of them is in files, since whoever started one may be dead. */
public final class ProcessTarget implements ScalingTarget {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTarget.class);
    /** Longer than a start may take. */
    private static final Duration WAIT_FOR_OTHERS = Duration.ofSeconds(60);

    private static final Capabilities CAPABILITIES = new Capabilities(true, Removal.ANY, false);

    private final ProcessSettings settings;
    private final ProcessDirectory directory;
    private final LogFiles logs;
    private final Launcher launcher;
    private final ProcessEnd end;
    /** By mark, those that this process has started itself: of them alone the exit status is known. */
    private final Map<String, Process> children = new ConcurrentHashMap<>();

    /** Nothing is read or made before the first order. */
    public ProcessTarget(ProcessSettings settings) {
        this.settings = settings;
        directory = new ProcessDirectory(settings.directory());
        logs = new LogFiles(settings.logs(), settings.logsKept());
        launcher = new Launcher(settings, directory, logs);
        end = new ProcessEnd(settings.grace(), launcher.ownSessions());
    }

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public List<Instance> instances() throws ScalingTargetException, InterruptedException {
        try {
            // In this order, since that is how a start moves: what is in neither has not begun, or has ended.
            SortedMap<String, Entry> asked = directory.asked();
            SortedMap<String, Entry> running = directory.running();
            TreeMap<String, Instance> found = new TreeMap<>();
            for (Entry entry : running.values()) {
                instance(entry).ifPresent(instance -> found.put(entry.node(), instance));
            }
            for (Entry entry : asked.values()) {
                found.merge(entry.node(), beginning(entry), (is, begins) -> is.state() == State.FAILED ? begins : is);
            }
            return List.copyOf(found.values());
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    private static Instance beginning(Entry entry) {
        return entry.record() == null
                ? new Instance(entry.node(), State.FAILED, entry.damage() + "; remove it")
                : new Instance(
                        entry.node(),
                        State.STARTING,
                        "asked for by " + entry.record().action() + ", and its process has not begun");
    }

    private Optional<Instance> instance(Entry entry) throws IOException, InterruptedException {
        Optional<Instance> seen = asWritten(entry);
        if (seen.isPresent() && seen.get().state() == State.FAILED) {
            // It may have been written anew, or stopped and forgotten, since its file was read.
            Optional<Entry> now = directory.running(entry.node());
            if (!now.equals(Optional.of(entry))) {
                return now.isEmpty() ? Optional.empty() : instance(now.get());
            }
        }
        return seen;
    }

    private Optional<Instance> asWritten(Entry entry) throws IOException, InterruptedException {
        String node = entry.node();
        StartRecord record = entry.record();
        ProcessIdentity process;
        try {
            if (record == null) {
                throw new UnreadableRecordException(entry.damage());
            }
            process = directory.process(record);
        } catch (UnreadableRecordException damaged) {
            return Optional.of(new Instance(node, State.FAILED, damaged.getMessage() + howToMend(node)));
        }
        String id = "process " + process.pid();
        if (process.isAlive()) {
            return Optional.of(new Instance(
                    node, record.stopping() ? State.STOPPING : State.RUNNING, id + ", log " + logs.file(record.log())));
        }
        return record.stopping()
                ? Optional.empty()
                : Optional.of(new Instance(node, State.FAILED, id + " ended by itself, " + how(record)));
    }

    private String howToMend(String node) {
        return "; if no process of that node runs, remove " + directory.runningFile(node);
    }

    private String how(StartRecord record) throws InterruptedException {
        String said = logs.lastLines(record.log());
        return status(record)
                + (said.isEmpty()
                        ? ", and wrote nothing to " + logs.file(record.log())
                        : "; the last lines of " + logs.file(record.log()) + ": " + said);
    }

    private String status(StartRecord record) throws InterruptedException {
        Process child = children.get(record.mark());
        // It has ended, and this JVM may not have heard of it yet.
        if (child != null && child.waitFor(1, TimeUnit.SECONDS)) {
            return "with status " + child.exitValue();
        }
        return record.boot().equals(ProcessIdentity.boot())
                ? "with a status that is not known, since another process had started it"
                : "since this machine was started anew";
    }

    @Override
    @SuppressWarnings("try") // the guard is held, and not used
    public void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        for (String node : order.nodes()) {
            checkName(node);
        }
        try (DirectoryGuard guard = directory.guard(WAIT_FOR_OTHERS)) {
            Orders orders = admit(order.token(), order.nodes().size());
            List<ScalingTargetException> failures = new ArrayList<>();
            long mark = orders.starts() - order.nodes().size();
            for (String node : order.nodes()) {
                mark++;
                try {
                    start(node, order, Long.toString(mark));
                } catch (ScalingTargetException failed) {
                    failures.add(failed);
                }
            }
            prune();
            throwAny(failures);
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    private void start(String node, StartOrder order, String mark)
            throws IOException, ScalingTargetException, InterruptedException {
        // Whoever asked for it has died meanwhile: either its process runs by now, or it never will.
        directory.revoke(node);
        Optional<Entry> before = directory.running(node);
        if (before.isPresent() && isThere(before.get(), order)) {
            return;
        }
        StartRecord record = new StartRecord(
                node,
                order.action(),
                order.token().value(),
                mark,
                ProcessIdentity.boot(),
                LogFiles.name(node, mark),
                null,
                false);
        Process child = launcher.launch(record);
        children.put(mark, child);
        try {
            directory.write(record.withProcess(directory.process(record)));
        } catch (UnreadableRecordException damaged) {
            throw ScalingTargetException.passing("node " + node + " was started, but " + damaged.getMessage(), damaged);
        }
    }

    private boolean isThere(Entry entry, StartOrder order)
            throws IOException, ScalingTargetException, InterruptedException {
        String node = entry.node();
        StartRecord record = known(entry);
        ProcessIdentity process = identity(record);
        if (process.isAlive()) {
            if (record.stopping()) {
                throw ScalingTargetException.passing(
                        "node " + node + " cannot be started: process " + process.pid()
                                + " was told to stop, and has not yet",
                        null);
            }
            if (record.process() == null) {
                directory.write(record.withProcess(process));
            }
            LOG.info("node {} runs already, as process {}", node, process.pid());
            return true;
        }
        if (!record.stopping() && record.action().equals(order.action())) {
            LOG.warn("node {} was started by {} and has ended by itself, {}", node, order.action(), how(record));
            return true;
        }
        directory.forget(record);
        children.remove(record.mark());
        return false;
    }

    private StartRecord known(Entry entry) throws ScalingTargetException {
        StartRecord record = entry.record();
        if (record == null) {
            throw ScalingTargetException.lasting(
                    "node " + entry.node() + ": " + entry.damage() + howToMend(entry.node()), null);
        }
        return record;
    }

    private ProcessIdentity identity(StartRecord record) throws IOException, ScalingTargetException {
        try {
            return directory.process(record);
        } catch (UnreadableRecordException damaged) {
            throw ScalingTargetException.lasting(
                    "node " + record.node() + ": " + damaged.getMessage() + howToMend(record.node()), damaged);
        }
    }

    @Override
    public void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        checkName(order.node());
        try {
            StartRecord record = tellToStop(order);
            if (record != null) {
                // Others may give orders meanwhile: this takes as long as the node does.
                end.await(record.node(), identity(record));
                forget(record);
            }
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    @SuppressWarnings("try") // as above
    private @Nullable StartRecord tellToStop(StopOrder order)
            throws IOException, ScalingTargetException, InterruptedException {
        try (DirectoryGuard guard = directory.guard(WAIT_FOR_OTHERS)) {
            admit(order.token(), 0);
            directory.revoke(order.node());
            Optional<Entry> entry = directory.running(order.node());
            if (entry.isEmpty()) {
                LOG.debug("node {} is to be stopped, and no process of it is known", order.node());
                return null;
            }
            StartRecord record = known(entry.get());
            ProcessIdentity process = identity(record);
            if (!process.isAlive()) {
                directory.forget(record);
                children.remove(record.mark());
                return null;
            }
            StartRecord stopping = record.withProcess(process).asStopping();
            directory.write(stopping);
            return stopping;
        }
    }

    @SuppressWarnings("try") // as above
    private void forget(StartRecord stopped) throws IOException, ScalingTargetException, InterruptedException {
        try (DirectoryGuard guard = directory.guard(WAIT_FOR_OTHERS)) {
            StartRecord now =
                    directory.running(stopped.node()).map(Entry::record).orElse(null);
            if (now != null && now.mark().equals(stopped.mark())) {
                directory.forget(stopped);
            }
            children.remove(stopped.mark());
        }
    }

    /** Remembers the order's token, and that many starts more, before anything is done for it. */
    private Orders admit(FencingToken token, int starts) throws IOException, ScalingTargetException {
        Orders known;
        try {
            known = directory.orders();
        } catch (UnreadableRecordException damaged) {
            throw ScalingTargetException.lasting(
                    "processes of " + settings.directory() + ": " + damaged.getMessage()
                            + ". It keeps orders of nodes that decide no longer away; restore it, or stop the processes by"
                            + " hand and empty the directory",
                    damaged);
        }
        if (token.value() < known.token()) {
            throw ScalingTargetException.lasting(
                    "processes of " + settings.directory() + ": refused, since token " + token + " is lower than "
                            + new FencingToken(known.token()) + ": another node decides by now",
                    null);
        }
        Orders next = new Orders(token.value(), known.starts() + starts);
        if (!next.equals(known)) {
            directory.write(next);
        }
        return next;
    }

    private void prune() throws IOException {
        Set<String> inUse = new HashSet<>();
        for (Entry entry : directory.running().values()) {
            if (entry.record() != null) {
                inUse.add(entry.record().log());
            }
        }
        logs.prune(inUse);
    }

    private static void throwAny(List<ScalingTargetException> failures) throws ScalingTargetException {
        if (failures.isEmpty()) {
            return;
        }
        ScalingTargetException first = failures.get(0);
        if (failures.size() == 1) {
            throw first;
        }
        String all =
                String.join("; ", failures.stream().map(Throwable::getMessage).toList());
        throw failures.stream().allMatch(ScalingTargetException::isLasting)
                ? ScalingTargetException.lasting(all, first)
                : ScalingTargetException.passing(all, first);
    }

    private static void checkName(String node) throws ScalingTargetException {
        if (!node.matches("[A-Za-z0-9._-]{1,64}") || node.matches("\\.{1,2}")) {
            throw ScalingTargetException.lasting(
                    "\"" + node + "\" cannot be a node: letters, digits, dots, hyphens and underscores, up to 64",
                    null);
        }
    }

    private ScalingTargetException unreadable(IOException failed) throws InterruptedException {
        if (failed instanceof ClosedByInterruptException) {
            Thread.interrupted(); // said by the exception from here on
            throw new InterruptedException();
        }
        return ScalingTargetException.passing(
                "processes of " + settings.directory() + ": its files cannot be read or written: " + failed, failed);
    }

    /** With the directory, since there may be several on a host. */
    @Override
    public String toString() {
        return "processes of " + settings.directory();
    }
}
