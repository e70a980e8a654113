package io.holdfast.verification.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.verification.backup.BackedProcess.Made;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code BackupKills ROUNDS SEED}: a process that backs up its state and a directory to two layers is killed by SIGKILL at random moments, so
 * often. After each kill the catalogues list only what is whole, and what was told to be made is there; the next process goes on; now and
 * then, and in the end, what is restored is compared with what had been written; and nothing is left over.
 */
public final class BackupKills {
    private static final Duration PATIENCE = Waiting.PATIENCE;
    private static final long MOST_MILLIS = 600;
    /** Every so often a process is killed while it starts. */
    private static final int EARLY = 5;
    /** After every so many kills it is restored. */
    private static final int RESTORED = 10;

    private static final int KEYS = 500;
    private static final int FILES = 8;
    private static final int FILE_BYTES = 256 << 10;
    private static final String HEAP = "128m";

    private final Path directory;
    private final SplittableRandom random;
    private final BackedOptions options;
    private final List<LayerAudit> layers;
    private final BackupKeys keys;
    /** The last backup of each source that a process said was made. */
    private final Map<String, BackupId> made = new HashMap<>();

    private final List<String> problems = new ArrayList<>();
    private int kills;
    private int backups;
    private int inTheMidst;
    private int restores;
    /** The last version that was acknowledged, and the last one that was written at all. */
    private long acknowledged;

    private long written;
    /** What the last write was answered. */
    private String said = "";
    /** The last one that had been acknowledged when the last backup of the state that was made began. */
    private long backedUp;

    /**
     * What came of it.
     *
     * @param problems empty if all was well
     * @param kills how many processes were killed
     * @param backups how many backups were told to be made
     * @param inTheMidst how many kills left something half done
     * @param restores how often what was there was restored and compared
     */
    public record Result(List<String> problems, int kills, int backups, int inTheMidst, int restores) {}

    private BackupKills(Path directory, long seed) throws IOException {
        this.directory = directory;
        this.random = new SplittableRandom(seed);
        Path near = Files.createDirectory(directory.resolve("near"));
        Path away = Files.createDirectory(directory.resolve("away"));
        Path files = Files.createDirectory(directory.resolve("files"));
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[FILE_BYTES];
            for (int at = 0; at < FILE_BYTES; at += Values.BYTES) {
                System.arraycopy(Values.of(i, at), 0, content, at, Values.BYTES);
            }
            Files.write(files.resolve("file-" + i), content);
        }
        Path keyFile = Files.writeString(directory.resolve("keys"), "5a".repeat(32) + "\n");
        this.keys = BackupKeys.inFile(keyFile);
        String bind = Loopback.text(Loopback.free());
        this.options = new BackedOptions(
                "node-1",
                bind,
                directory.resolve("node"),
                near,
                away,
                keyFile,
                files.toString(),
                1 << 20,
                List.of("node-1@" + bind));
        this.layers = List.of(
                new LayerAudit("near", BackupRepository.directory(near), keys),
                new LayerAudit("away", BackupRepository.directory(away), keys));
    }

    /** See the class. Exits with 1 if anything is wrong. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(args[0]);
        long seed = Long.parseLong(args[1]);
        Path directory = Files.createTempDirectory("holdfast-backup-kills-");
        Result result = run(directory, rounds, seed, System.out);
        System.out.printf(
                "%d kills, seed %d: %d backups were made, %d kills left something half done, %d restores%n",
                result.kills(), seed, result.backups(), result.inTheMidst(), result.restores());
        result.problems().forEach(System.out::println);
        System.out.println(result.problems().isEmpty() ? "PASS" : "FAIL: see " + directory);
        if (result.problems().isEmpty()) {
            BackupBar.delete(directory);
        }
        System.exit(result.problems().isEmpty() ? 0 : 1);
    }

    /**
     * Runs it.
     *
     * @param directory empty; takes all files
     * @param out is told now and then how far it is
     */
    public static Result run(Path directory, int rounds, long seed, PrintStream out)
            throws IOException, InterruptedException {
        BackupKills kills = new BackupKills(directory, seed);
        for (int round = 1; round <= rounds && kills.problems.isEmpty(); round++) {
            kills.round(round);
            if (round % 20 == 0) {
                out.println(round + " of " + rounds + " kills, " + kills.backups + " backups made");
            }
        }
        if (kills.problems.isEmpty()) {
            kills.calm();
        }
        return new Result(List.copyOf(kills.problems), kills.kills, kills.backups, kills.inTheMidst, kills.restores);
    }

    private BackedProcess start() throws IOException {
        return BackedProcess.frugal(options, HEAP, directory.resolve("node.log"));
    }

    private void round(int round) throws IOException, InterruptedException {
        try (BackedProcess process = start()) {
            // Some die while they start, which is when they look at what was left behind.
            boolean early = round % EARLY == 0;
            if (!early) {
                process.awaitStarted(PATIENCE);
                untilBackedUp(process, round);
            }
            long moment = System.nanoTime() + random.nextLong((early ? 2 : 1) * MOST_MILLIS * 1_000_000);
            IOException[] failed = new IOException[1];
            Thread killer = new Thread(() -> {
                Waiting.until(moment);
                try {
                    process.signal("KILL");
                } catch (IOException e) {
                    failed[0] = e;
                }
            });
            killer.start();
            for (int turn = 1; process.isAlive(); turn++) {
                work(process, round * 1_000L + turn);
            }
            if (process.diedByItself()) {
                problems.add("process " + round + " ended by itself; see " + directory.resolve("node.log"));
            }
            killer.join();
            if (failed[0] != null) {
                throw failed[0];
            }
            kills++;
        }
        inTheMidst += leftBehind(options.near()) || leftBehind(options.away()) ? 1 : 0;
        audit("after kill " + round);
        if (round % RESTORED == 0) {
            restored("after kill " + round);
        }
    }

    /** The process goes on where those before it were killed. */
    private void untilBackedUp(BackedProcess process, int round) throws IOException {
        Map<String, BackupId> before = Map.copyOf(made);
        boolean goesOn = Waiting.forCondition(PATIENCE, () -> {
            work(process, round * 1_000L);
            return BackedNode.SOURCES.stream()
                    .noneMatch(source -> Objects.equals(made.get(source), before.get(source)));
        });
        if (!goesOn) {
            throw new IOException("process " + round + " makes no backups, of " + before + " came " + made
                    + "; what it answered last: " + said + "; see " + directory.resolve("node.log"));
        }
    }

    private void work(BackedProcess process, long version) throws IOException {
        try {
            written = version;
            Optional<String> put = process.ask("put " + version + " " + KEYS, PATIENCE);
            said = put.orElse("nothing");
            if (said.equals("ok")) {
                acknowledged = version;
            }
            for (String source : BackedNode.SOURCES) {
                Optional<Made> told = process.backUp(source, PATIENCE);
                if (told.isPresent()) {
                    if (source.equals(BackedNode.STATE)) {
                        backedUp = acknowledged;
                    }
                    made.put(source, BackupId.parse(told.get().id()));
                    backups++;
                }
            }
        } catch (IOException refused) {
            if (process.isAlive()) {
                throw refused;
            }
        }
    }

    private static boolean leftBehind(Path layer) throws IOException {
        for (String mark : List.of(".unfinished", "running", "deleting")) {
            Path marks = layer.resolve(mark);
            if (Files.exists(marks)) {
                try (Stream<Path> all = Files.walk(marks)) {
                    if (all.anyMatch(Files::isRegularFile)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void audit(String when) {
        for (LayerAudit layer : layers) {
            layer.damage().forEach(problem -> problems.add(when + ", " + problem));
        }
        made.forEach((source, id) -> {
            // Younger ones may have been made and not told: with those the layers may let it go.
            if (layers.stream().noneMatch(layer -> layer.has(source, id, BackedNode.KEPT))) {
                problems.add(
                        when + ": the backup " + id + " of " + source + " was told to be made, and is in no layer");
            }
        });
        if (made.containsKey(BackedNode.STATE)) {
            RestorePlan plan = StateRestore.from(
                            BackupRepository.directory(options.near()), BackupRepository.directory(options.away()))
                    .keys(keys)
                    .plan();
            if (!plan.remarks().isEmpty()) {
                problems.add(when + ": a restore remarks " + plan.remarks());
            }
        }
    }

    /** While no process runs: what the layers hold is what was written, and no older than what a backup had when it was told to be made. */
    private void restored(String when) throws IOException, InterruptedException {
        if (!problems.isEmpty() || !made.keySet().containsAll(BackedNode.SOURCES)) {
            return;
        }
        RestoreCheck check = new RestoreCheck(directory.resolve("restored"), options.near(), options.away(), keys);
        check.state(KEYS, backedUp, written).forEach(problem -> problems.add(when + ", " + problem));
        check.files(BackedNode.FILES, Path.of(options.files())).forEach(problem -> problems.add(when + ", " + problem));
        restores++;
        if (problems.isEmpty()) {
            check.remove();
        }
    }

    /** The next process goes on, both layers get the same, and nothing is left over. */
    private void calm() throws IOException, InterruptedException {
        try (BackedProcess process = start()) {
            process.awaitStarted(PATIENCE);
            untilBackedUp(process, Integer.MAX_VALUE);
            Set<String> wanted = made.values().stream().map(BackupId::toString).collect(Collectors.toSet());
            boolean same = Waiting.forCondition(PATIENCE, () -> layers.stream()
                    .allMatch(layer -> layer.ids().containsAll(wanted)));
            if (!same) {
                problems.add("not all that was made is in both layers: " + made + ", near "
                        + layers.get(0).ids() + ", away " + layers.get(1).ids());
            }
            process.signal("KILL");
        }
        audit("in the end");
        restored("in the end");
        layers.forEach(layer -> problems.addAll(layer.leftOver()));
        audit("after collection");
    }
}
