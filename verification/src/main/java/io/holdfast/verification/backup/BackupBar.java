package io.holdfast.verification.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Details;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.verification.backup.BackedProcess.Made;
import io.holdfast.verification.backup.BarWriters.Measured;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code BackupBar MIB SECONDS}: three node processes with a map of so many MiB, that is written at half of what it takes at most. How long
 * writes take while a physical backup is made, beside how long they take without one; and after all nodes and their directories are lost,
 * whether what is restored to a chosen entry is what had been acknowledged there, byte for byte.
 */
public final class BackupBar {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int TOGETHER = 256;
    private static final int NODES = 3;
    private static final int SEGMENT_BYTES = 16 << 20;
    /** What a node takes beside the map; and by how much a map in memory is larger than its values. */
    private static final int HEAP_MIB = 384;

    private static final int HEAP_FACTOR = 3;

    private final Path directory;
    private final Duration window;
    private final String heap;
    private final int keys;
    private final PrintStream out;
    private final Path near;
    private final Path away;
    private final Path keyFile;
    private final List<String> addresses = new ArrayList<>();
    private final List<String> bootstrap = new ArrayList<>();
    private final List<BackedProcess> nodes = new ArrayList<>();

    /**
     * What came of it.
     *
     * @param without how long writes took without a backup, before and afterwards
     * @param during how long while one was made
     * @param index to which was restored
     * @param expected what had been acknowledged there
     * @param found what each node holds after the restore
     */
    public record Result(List<Measured> without, Measured during, long index, String expected, List<String> found) {
        /** How many times longer the slowest of a hundred writes took while a backup was made. */
        public double ratio() {
            return during.p99()
                    / without.stream().mapToLong(Measured::p99).average().orElseThrow();
        }

        /** True if what was restored is exactly what had been acknowledged. */
        public boolean isExact() {
            return found.size() == NODES && found.stream().allMatch(expected::equals);
        }
    }

    private BackupBar(Path directory, int mib, Duration window, PrintStream out) throws IOException {
        this.directory = directory;
        this.window = window;
        this.heap = HEAP_MIB + HEAP_FACTOR * mib + "m";
        this.keys = mib * 1024 * 1024 / Values.BYTES;
        this.out = out;
        this.near = Files.createDirectory(directory.resolve("near"));
        this.away = Files.createDirectory(directory.resolve("away"));
        this.keyFile = Files.writeString(directory.resolve("keys"), "5a".repeat(32) + "\n");
        addresses.addAll(Loopback.freeTexts(NODES));
        for (int i = 1; i <= NODES; i++) {
            bootstrap.add("node-" + i + "@" + addresses.get(i - 1));
        }
    }

    /** See the class. Exits with 1 if what is restored is not exact. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("holdfast-backup-bar-");
        Result result = null;
        boolean passed;
        try {
            result = run(
                    directory, Integer.parseInt(args[0]), Duration.ofSeconds(Integer.parseInt(args[1])), System.out);
        } finally {
            passed = conclude(directory, result, System.out);
        }
        System.exit(passed ? 0 : 1);
    }

    /**
     * Says how it ended. What is right is removed; of all else the files are the evidence.
     *
     * @param result null if it broke off
     * @return true if all was well
     */
    static boolean conclude(Path directory, @Nullable Result result, PrintStream out) throws IOException {
        if (result != null && result.isExact()) {
            out.println("PASS");
            delete(directory);
            return true;
        }
        out.println("FAIL: " + (result == null ? "it broke off" : "what was restored is not what was acknowledged")
                + "; see " + directory);
        return false;
    }

    /**
     * Runs it.
     *
     * @param directory empty; takes all files
     * @param mib of values in the map, 1 to 8,192
     * @param window how long each measurement takes at least
     * @param out is told how far it is, and what came of it
     */
    public static Result run(Path directory, int mib, Duration window, PrintStream out)
            throws IOException, InterruptedException {
        return new BackupBar(directory, mib, window, out).run();
    }

    /** With all that is in it. */
    static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private void say(String format, Object... what) {
        out.println(String.format(Locale.ROOT, format, what));
    }

    private void startAll() throws IOException {
        for (int i = 0; i < NODES; i++) {
            String id = "node-" + (i + 1);
            nodes.add(BackedProcess.full(
                    new BackedOptions(
                            id,
                            addresses.get(i),
                            directory.resolve(id),
                            near,
                            away,
                            keyFile,
                            "",
                            SEGMENT_BYTES,
                            bootstrap),
                    heap,
                    directory.resolve(id + ".log")));
        }
        for (BackedProcess node : nodes) {
            node.awaitStarted(PATIENCE);
            await(node::isReady, node.id() + " is ready");
        }
    }

    private void await(Waiting.Condition condition, String what) throws IOException {
        if (!Waiting.forCondition(PATIENCE, condition)) {
            throw new IOException("waited in vain until " + what + "; see the logs in " + directory);
        }
    }

    private Result run() throws IOException, InterruptedException {
        try {
            startAll();
            return measured();
        } finally {
            nodes.forEach(BackedProcess::close);
        }
    }

    private Result measured() throws IOException, InterruptedException {
        List<Measured> without = new ArrayList<>();
        Measured during;
        String expected;
        long index;
        try (HaCluster client = HaCluster.builder(BackedNode.CLUSTER)
                .node(Node.client("writers"))
                .with(LogReplication.client(addresses.toArray(String[]::new)).timeout(PATIENCE))
                .start()) {
            client.awaitReady(PATIENCE);
            BarWriters writers = new BarWriters(client, keys, 1);
            long began = System.nanoTime();
            writers.fill();
            say("%,d values of 1 KiB are there after %.1f s", keys, seconds(began));
            leaveBackupsToASlave();
            writers.asFastAs(TOGETHER, forTime(window)); // what comes first is slower than what comes then
            Measured most = writers.asFastAs(TOGETHER, forTime(window));
            say("the most, with %d in flight: %s", TOGETHER, most);
            double rate = most.perSecond() / 2;
            without.add(writers.at(rate, forTime(window)));
            say("at half of that, without a backup: %s", without.get(0));
            during = whileBackedUp(writers, rate);
            say("while physical backups are made:   %s", during);
            without.add(writers.at(rate, forTime(window)));
            say("and without one again:             %s", without.get(1));
            index = writers.position();
            expected = writers.content();
            writers.at(rate, forTime(window.dividedBy(4)));
            say("%d writes were refused; chosen is entry %,d", writers.refused(), index);
            archived(index);
        }
        for (BackedProcess node : nodes) {
            node.signal("KILL");
        }
        for (BackedProcess node : nodes) {
            delete(directory.resolve(node.id()));
        }
        nodes.clear();
        restore(index);
        startAll();
        Result result = new Result(List.copyOf(without), during, index, expected, contents(index));
        say("p99 during a backup is %.2f times that without", result.ratio());
        say("acknowledged at entry %,d: %s; found there: %s", index, expected, result.found());
        return result;
    }

    /** Where the node that has them became master it keeps them for minutes; nobody wants to wait for that. */
    private void leaveBackupsToASlave() throws IOException {
        await(
                () -> {
                    BackedProcess holder = backUp();
                    if (holder.isMaster()) {
                        holder.ask("resign", PATIENCE);
                        return false;
                    }
                    return true;
                },
                "a slave makes the backups");
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static BooleanSupplier forTime(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        return () -> System.nanoTime() >= end;
    }

    /** Writes while backups are made one after the other: one at least, and for the window. */
    private Measured whileBackedUp(BarWriters writers, double rate) throws IOException, InterruptedException {
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        BooleanSupplier over = forTime(window);
        Thread backups = new Thread(() -> {
            try {
                do {
                    backUp();
                } while (!over.getAsBoolean());
            } catch (IOException e) {
                failed.set(e);
            }
        });
        backups.start();
        Measured measured = writers.at(rate, () -> !backups.isAlive());
        backups.join();
        IOException problem = failed.get();
        if (problem != null) {
            throw problem;
        }
        return measured;
    }

    /** Returns who has made it. */
    private BackedProcess backUp() throws IOException {
        long began = System.nanoTime();
        AtomicReference<@Nullable BackedProcess> maker = new AtomicReference<>();
        await(
                () -> {
                    for (BackedProcess node : nodes) {
                        Optional<Made> made = node.backUp(BackedNode.STATE, PATIENCE);
                        if (made.isPresent()) {
                            maker.set(node);
                            say(
                                    "  a physical backup by %s%s in %.1f s: up to entry %,d, %,d MiB stored",
                                    node.id(),
                                    node.isMaster() ? ", the master" : ", a slave",
                                    seconds(began),
                                    made.get().index(),
                                    made.get().storedBytes() >> 20);
                            return true;
                        }
                    }
                    return false;
                },
                "a node makes a backup");
        BackedProcess by = maker.get();
        if (by == null) {
            throw new IllegalStateException("a backup was made by nobody");
        }
        return by;
    }

    private long archivedUpTo(Path layer) {
        return StoredBackups.in(BackupRepository.directory(layer), BackupKeys.inFile(keyFile))
                .contents()
                .backups()
                .stream()
                .map(Details::info)
                .filter(info -> info.kind() == BackupKind.LOG)
                .flatMap(info -> info.range().stream())
                .mapToLong(range -> range.toIndex())
                .max()
                .orElse(0);
    }

    private void archived(long index) throws IOException {
        await(() -> archivedUpTo(near) >= index, "the log is archived up to entry " + index);
    }

    private void restore(long index) throws IOException {
        long began = System.nanoTime();
        SecureRandom random = new SecureRandom();
        Target target =
                new Target(directory.resolve("node-1"), BackedNode.CLUSTER, "node-1", addresses.get(0), bootstrap);
        Restored restored = StateRestore.from(BackupRepository.directory(near), BackupRepository.directory(away))
                .keys(BackupKeys.inFile(keyFile))
                .upTo(RestoreBound.index(index))
                .into(OfflineRestore.into(target, random), random);
        say(
                "all nodes and their directories are lost; restored up to entry %,d, of which the backup has %,d, in %.1f s",
                restored.index(), restored.stateIndex(), seconds(began));
    }

    private List<String> contents(long index) throws IOException {
        List<String> contents = new ArrayList<>();
        for (BackedProcess node : nodes) {
            AtomicReference<String> said = new AtomicReference<>("no answer");
            await(
                    () -> {
                        node.ask("content " + index, PATIENCE).ifPresent(said::set);
                        return !said.get().startsWith("not ");
                    },
                    node.id() + " says what it holds");
            contents.add(said.get());
        }
        return contents;
    }
}
