package io.holdfast.verification.members;

import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Nodes in JVMs of their own on loopback. For one thread. */
final class MemberCluster implements AutoCloseable {
    static final String ALIVE = "ALIVE";
    static final String DEAD = "DEAD";

    private static final Duration LIMIT = Waiting.PATIENCE;
    private static final int SEEDS = 3;

    private final Path directory;
    private final boolean withLog;
    private final Map<String, InetSocketAddress> binds = new LinkedHashMap<>();
    private final Map<String, MemberProcess> running = new TreeMap<>();
    private final EventLog events = new EventLog();

    /** @param withLog whether they have a log, which the first three form and the others join */
    MemberCluster(Path directory, int size, boolean withLog) throws IOException {
        this.directory = directory;
        this.withLog = withLog;
        for (InetSocketAddress free : Loopback.free(size)) {
            binds.put("node-" + (binds.size() + 1), free);
        }
    }

    List<String> ids() {
        return List.copyOf(binds.keySet());
    }

    InetSocketAddress address(String id) {
        InetSocketAddress address = binds.get(id);
        if (address == null) {
            throw new IllegalArgumentException("there is no " + id);
        }
        return address;
    }

    List<InetSocketAddress> seeds() {
        return binds.values().stream().limit(SEEDS).toList();
    }

    Path directory() {
        return directory;
    }

    EventLog events() {
        return events;
    }

    /** Starts them, and waits until each has begun. */
    void start(Collection<String> which) throws IOException {
        List<MemberProcess> begun = new ArrayList<>();
        for (String id : which) {
            MemberProcess process = new MemberProcess(options(id), directory.resolve(id + ".log"), events);
            running.put(id, process);
            begun.add(process);
        }
        for (MemberProcess process : begun) {
            process.awaitStarted(LIMIT);
        }
    }

    private MemberOptions options(String id) {
        List<String> founders = ids().subList(0, SEEDS);
        List<String> bootstrap = withLog && founders.contains(id)
                ? founders.stream()
                        .map(founder -> founder + "@" + Loopback.text(address(founder)))
                        .toList()
                : List.of();
        return new MemberOptions(id, address(id), seeds(), withLog ? directory.resolve(id) : null, bootstrap);
    }

    MemberProcess process(String id) {
        MemberProcess process = running.get(id);
        if (process == null) {
            throw new IllegalArgumentException(id + " was never started");
        }
        return process;
    }

    /** Those whose processes live. */
    List<String> living() {
        return running.keySet().stream().filter(id -> process(id).isAlive()).toList();
    }

    /** Asks one that has to answer. */
    String ask(String id, String question, Duration limit) throws IOException {
        return process(id)
                .ask(question, limit)
                .orElseThrow(() -> new IOException(id + " does not answer \"" + question + "\" within " + limit));
    }

    String ask(String id, String question) throws IOException {
        return ask(id, question, LIMIT);
    }

    /** True if each of them sees each of the others so. */
    boolean see(Collection<String> observers, Collection<String> subjects, String state) throws IOException {
        for (String observer : observers) {
            Optional<Map<String, String>> view = process(observer).view();
            if (view.isEmpty()
                    || !subjects.stream()
                            .allMatch(subject -> subject.equals(observer)
                                    || state.equals(view.get().get(subject)))) {
                return false;
            }
        }
        return true;
    }

    /** True if all who live see each other, and nobody else, alive. */
    boolean isOne() throws IOException {
        List<String> living = living();
        for (String observer : living) {
            Optional<Map<String, String>> view = process(observer).view();
            if (view.isEmpty()
                    || !view.get().keySet().equals(java.util.Set.copyOf(living))
                    || !view.get().values().stream().allMatch(ALIVE::equals)) {
                return false;
            }
        }
        return true;
    }

    /** Waits, and fails with what there is instead. */
    void await(String what, Waiting.Condition condition) throws IOException {
        boolean holds = Waiting.forCondition(LIMIT, () -> {
            inspect();
            return condition.holds();
        });
        if (!holds) {
            throw new IOException(what + " not within " + LIMIT.toSeconds() + " s; instead " + describe());
        }
    }

    /** Fails if a process has ended by itself. */
    void inspect() throws IOException {
        for (MemberProcess process : running.values()) {
            if (process.diedByItself()) {
                throw new IOException(
                        "the process of " + process.id() + " ended by itself; see its log in " + directory);
            }
        }
    }

    String describe() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String id : living()) {
            text.append("\n  ")
                    .append(id)
                    .append(": ")
                    .append(process(id).view().map(Map::toString).orElse("no answer"));
            if (withLog) {
                text.append(", voters ").append(process(id).ask("voters").orElse("?"));
                text.append(", ready ").append(process(id).ask("ready").orElse("?"));
            }
        }
        return text.toString();
    }

    /** From now on nothing passes between these and those. */
    void cut(Collection<String> some, Collection<String> others) throws IOException {
        for (String id : some) {
            ask(id, "cut " + addresses(others));
        }
        for (String id : others) {
            ask(id, "cut " + addresses(some));
        }
    }

    private String addresses(Collection<String> of) {
        return of.stream().map(id -> Loopback.text(address(id))).collect(Collectors.joining(","));
    }

    void heal() throws IOException {
        for (String id : living()) {
            ask(id, "heal");
        }
    }

    @Override
    public void close() {
        running.values().forEach(MemberProcess::close);
    }
}
