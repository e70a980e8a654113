package io.holdfast.verification.torture;

import io.holdfast.core.HaCluster;
import io.holdfast.verification.process.Waiting;
import io.holdfast.verification.torture.FaultPlan.Window;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** One run of {@link Torture}: the cluster, its clients, the faults, the end, the checks. For one thread. */
final class TortureRun {
    private static final int CLIENTS = 6;
    private static final long PAUSE_NANOS = 10_000_000L;
    private static final Duration READY = Waiting.PATIENCE;
    /** From the end of all faults to the next acknowledged write; many times what it takes. */
    private static final Duration PROGRESS = Duration.ofSeconds(60);
    /** Three fifths of the election time-out, less what clocks may be off: no stop that is shorter explains an overlap. */
    private static final long LEASE_NANOS = 450_000_000L;

    private static final long WAKING_NANOS = 2_000_000_000L;

    private final TortureOptions options;
    private final Path directory;
    private final Consumer<String> out;
    private final Setup setup;
    private final Verdicts verdicts;
    private final AtomicLong progress = new AtomicLong();
    private final KeySpace keys = new KeySpace("k-");
    private final List<MapClient> clients = new ArrayList<>();
    private final List<HaCluster> parts = new ArrayList<>();
    private final long beginNanos = System.nanoTime();
    private String lastMaster = "";

    /** @param out is told what happens, line by line */
    TortureRun(TortureOptions options, Path directory, Consumer<String> out) {
        this.options = options;
        this.directory = directory;
        this.out = out;
        this.setup = Setup.of(options.seed(), options.nodes());
        this.verdicts = new Verdicts(setup);
    }

    Verdicts run() throws IOException {
        Path historyFile = options.history() == null ? directory.resolve("history.jsonl") : options.history();
        Path marksFile = directory.resolve("harness.grants.jsonl");
        Path storeFile = directory.resolve("store.jsonl");
        try (Writer marks = Files.newBufferedWriter(marksFile, StandardCharsets.UTF_8);
                BufferedWriter diaryFile =
                        Files.newBufferedWriter(directory.resolve("faults.log"), StandardCharsets.UTF_8);
                HistoryWriter history = new HistoryWriter(historyFile);
                FencedStore store = new FencedStore(storeFile);
                TortureCluster cluster =
                        new TortureCluster(directory, setup, store.address(), mark -> line(marks, mark.toJson()))) {
            Thread hook = new Thread(cluster::close, "torture-end");
            Runtime.getRuntime().addShutdownHook(hook);
            Consumer<String> diary = what -> line(diaryFile, (System.nanoTime() - beginNanos) / 1_000_000 + " " + what);
            out.accept("torture of " + setup + "; in " + directory);
            try {
                torture(cluster, history, new Nemesis(cluster, diary), diary);
            } catch (IOException e) {
                verdicts.trouble("the run broke off: " + e);
            } finally {
                parts.forEach(HaCluster::close);
                verdicts.troubles(cluster.troubles());
                clients.forEach(client -> verdicts.troubles(client.troubles()));
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
        out.accept("checking " + historyFile);
        verdicts.history(HistoryFile.check(historyFile));
        verdicts.grants(new GrantChecker(LEASE_NANOS, WAKING_NANOS).check(grants(marksFile, storeFile)));
        return verdicts;
    }

    private static void line(Writer file, String text) {
        synchronized (file) {
            try {
                file.write(text + "\n");
                file.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private List<GrantEvent> grants(Path marks, Path store) throws IOException {
        List<GrantEvent> events = new ArrayList<>(GrantEvent.read(marks));
        events.addAll(GrantEvent.read(store));
        for (String id : setup.ids()) {
            events.addAll(GrantEvent.read(directory.resolve(id + ".grants.jsonl")));
        }
        return events;
    }

    private void torture(TortureCluster cluster, HistoryWriter history, Nemesis nemesis, Consumer<String> diary)
            throws IOException {
        cluster.startAll();
        awaitReady(cluster);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(client(cluster, history, i));
        }
        clients.forEach(MapClient::start);
        Ballast ballast = new Ballast(part(cluster, "ballast"));
        try {
            faults(cluster, nemesis, diary);
        } finally {
            ballast.close();
        }
        if (verdicts.hasTroubles() || !cluster.troubles().isEmpty()) {
            finishClients();
            return;
        }
        long before = progress.get();
        Waiting.forCondition(PROGRESS, () -> progress.get() > before + 100);
        finishClients();
        end(cluster, history);
    }

    private MapClient client(TortureCluster cluster, HistoryWriter history, int number) throws IOException {
        return new MapClient(
                number,
                part(cluster, "client-" + number),
                history,
                keys,
                progress,
                options.seed() * 1_000,
                PAUSE_NANOS);
    }

    private HaCluster part(TortureCluster cluster, String id) throws IOException {
        HaCluster part = cluster.client(id, MapClient.TIMEOUT);
        parts.add(part);
        part.awaitReady(READY);
        return part;
    }

    private void faults(TortureCluster cluster, Nemesis nemesis, Consumer<String> diary) throws IOException {
        FaultPlan plan = new FaultPlan(options.seed(), options.faults(), options.nodes());
        long end = System.nanoTime() + options.time().toNanos();
        int windows = 0;
        while (System.nanoTime() < end && !verdicts.hasTroubles()) {
            Window window = plan.next();
            nemesis.run(window);
            windows++;
            demandProgress(window, diary);
            if (window.untilReady()) {
                awaitReady(cluster);
            }
            handOver(cluster, windows, diary);
            Waiting.until(System.nanoTime() + window.calmMillis() * 1_000_000);
            look(cluster, diary);
            verdicts.faults(nemesis.counts(), windows, nemesis.onMaster());
            if (windows % 10 == 0) {
                out.accept(String.format(
                        "%4d s  %d windows, %d writes acknowledged",
                        (System.nanoTime() - beginNanos) / 1_000_000_000, windows, progress.get()));
            }
        }
        nemesis.heal();
    }

    private void demandProgress(Window window, Consumer<String> diary) throws IOException {
        long before = progress.get();
        long healed = System.nanoTime();
        boolean goesOn = Waiting.forCondition(PROGRESS, () -> progress.get() > before);
        long millis = (System.nanoTime() - healed) / 1_000_000;
        verdicts.recovered(millis);
        diary.accept("writes go on after " + millis + " ms");
        if (!goesOn) {
            verdicts.trouble("no write was acknowledged within " + PROGRESS.toSeconds() + " s after window "
                    + window.number() + " had ended");
        }
    }

    /** Orderly hand-overs, some of which the next window's faults meet. */
    private void handOver(TortureCluster cluster, int windows, Consumer<String> diary) throws IOException {
        List<String> roles = new ArrayList<>(Duties.ROLES);
        roles.add(Duties.MASTER);
        String role = roles.get(windows % roles.size());
        diary.accept("hand over " + role);
        for (String id : setup.ids()) {
            cluster.tell(id, "handover " + role);
        }
    }

    private void look(TortureCluster cluster, Consumer<String> diary) throws IOException {
        cluster.inspect();
        for (String id : setup.ids()) {
            Optional<DirectMemory> used = cluster.directMemory(id);
            if (used.isPresent()) {
                verdicts.directMemory(id, used.get());
                diary.accept(id + " has " + used.get());
            }
        }
        verdicts.troubles(cluster.troubles());
        Optional<String> master = cluster.master();
        if (master.isPresent()) {
            verdicts.masterSeen(!lastMaster.isEmpty() && !master.get().equals(lastMaster));
            lastMaster = master.get();
        }
    }

    private void awaitReady(TortureCluster cluster) throws IOException {
        for (String id : setup.ids()) {
            boolean ready = Waiting.forCondition(READY, () -> {
                TortureProcess process = cluster.process(id);
                return process != null
                        && process.status()
                                .filter(TortureProcess.Status::isReady)
                                .isPresent();
            });
            if (!ready) {
                TortureProcess process = cluster.process(id);
                verdicts.trouble(id + " is not ready within " + READY.toSeconds() + " s, though nothing is broken: "
                        + (process == null
                                ? ""
                                : process.status() + " " + process.ask("why").orElse("")));
            }
        }
    }

    private void finishClients() throws IOException {
        for (MapClient client : clients) {
            client.finish();
        }
    }

    /** Nothing is broken and nobody writes: all is there, everywhere the same. */
    private void end(TortureCluster cluster, HistoryWriter history) throws IOException {
        awaitReady(cluster);
        MapClient reader = client(cluster, history, CLIENTS);
        clients.add(reader);
        if (!reader.readAll(keys.all(), READY)) {
            verdicts.trouble("not every key can be read within " + READY.toSeconds() + " s at the end");
        }
        List<String> seen = new ArrayList<>();
        boolean same = Waiting.forCondition(READY, () -> {
            seen.clear();
            for (String id : setup.ids()) {
                TortureProcess process = cluster.process(id);
                seen.add(process == null ? "gone" : state(process));
            }
            return seen.stream().distinct().count() == 1 && seen.get(0).startsWith("applied ");
        });
        verdicts.end((same ? "all nodes: " : "") + (same ? seen.get(0) : seen.toString()));
        if (!same) {
            verdicts.trouble("the nodes are not the same within " + READY.toSeconds() + " s at the end: " + seen);
        }
        cluster.inspect();
    }

    private static String state(TortureProcess process) throws IOException {
        Optional<String> digest = process.ask("digest", READY);
        Optional<TortureProcess.Status> status = process.status();
        return status.map(s -> "applied " + s.applied() + ", contents " + digest.orElse("?"))
                .orElse("no answer");
    }
}
