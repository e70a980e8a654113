package io.holdfast.benchmarks.backup;

import io.holdfast.benchmarks.report.GeneratedPart;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import io.holdfast.benchmarks.results.RowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a backup costs: {@code BackupBenchmark DIRECTORY [--quick] [--report] [--repeats N] [--mib N] [--systems A,B]}. The same data are backed up by
 * Holdfast's source of directories, by tar and zstd, by restic, and a PostgreSQL server's by pgBackRest, compressed about as hard by each; and
 * a replicated map by Holdfast. Who is not installed is left out, in a line that says so.
 */
public final class BackupBenchmark {
    private static final double MIB = 1 << 20;
    /** In one process; the first of them is told apart. */
    private static final int OWN_RUNS = 4;

    private final BackupOptions options;
    private final Path scratch;
    private final List<Row> rows = new ArrayList<>();
    private final Path keyFile;

    private BackupBenchmark(BackupOptions options) {
        this.options = options;
        this.scratch = options.scratch();
        this.keyFile = scratch.resolve("keys");
    }

    /** See the class. */
    public static void main(String[] args) throws IOException, InterruptedException {
        BackupOptions options = BackupOptions.parse(args);
        if (options.report()) {
            Path page = options.benchmarks().resolve("../docs/backup.md");
            String tables = new BackupTables(new Results(RowFile.read(options.rows()))).toMarkdown();
            Files.writeString(page, GeneratedPart.replace(Files.readString(page), "backup rates", tables));
            return;
        }
        BackupBenchmark benchmark = new BackupBenchmark(options);
        benchmark.run();
        System.out.println();
        System.out.print(new BackupTables(new Results(benchmark.rows)).toText());
    }

    private void run() throws IOException, InterruptedException {
        shell("rm -rf " + scratch);
        Files.createDirectories(scratch);
        Files.writeString(keyFile, "5a".repeat(32) + "\n");
        Path tree = scratch.resolve("files");
        SampleTree.make(tree, options.mib());
        Optional<PostgresData> postgres = Optional.empty();
        try {
            boolean others = options.plays(BackupTables.HOLDFAST)
                    || options.plays(BackupTables.TAR)
                    || options.plays(BackupTables.PGBACKREST);
            postgres = others ? PostgresData.make(scratch, options.mib() / 2) : Optional.empty();
            if (others && postgres.isEmpty()) {
                System.out.println("no PostgreSQL server is installed: its data are left out");
            }
            for (int repeat = 1; repeat <= options.repeats(); repeat++) {
                files(tree, repeat);
                if (postgres.isPresent()) {
                    ofPostgres(postgres.get(), repeat);
                }
                if (options.plays(BackupTables.HOLDFAST)) {
                    state(repeat);
                }
                RowFile.write(options.rows(), rows);
            }
        } finally {
            if (postgres.isPresent()) {
                postgres.get().remove();
            }
            shell("rm -rf " + scratch);
        }
    }

    private void shell(String command) throws IOException, InterruptedException {
        Shell.run(command, Path.of("."), Map.of());
    }

    /** Others before ours and after them: a machine's speed changes within a minute. */
    private void files(Path tree, int repeat) throws IOException, InterruptedException {
        filesByOthers(tree, repeat);
        if (options.plays(BackupTables.HOLDFAST)) {
            own(BackupTables.FILES, tree, repeat);
            filesByOthers(tree, repeat);
        }
    }

    private void filesByOthers(Path tree, int repeat) throws IOException, InterruptedException {
        if (options.plays(BackupTables.TAR) && isThere("zstd", repeat)) {
            tar(BackupTables.FILES, tree, repeat);
        }
        if (options.plays(BackupTables.RESTIC) && isThere("restic", repeat)) {
            restic(tree, repeat);
        }
    }

    private void ofPostgres(PostgresData data, int repeat) throws IOException, InterruptedException {
        postgresByOthers(data, repeat);
        if (options.plays(BackupTables.HOLDFAST)) {
            own(BackupTables.POSTGRESQL, data.tree(), repeat);
            postgresByOthers(data, repeat);
        }
    }

    private void postgresByOthers(PostgresData data, int repeat) throws IOException, InterruptedException {
        if (options.plays(BackupTables.TAR) && isThere("zstd", repeat)) {
            tar(BackupTables.POSTGRESQL, data.tree(), repeat);
        }
        if (options.plays(BackupTables.PGBACKREST) && isThere("pgbackrest", repeat)) {
            long bytes = Shell.bytes(data.tree());
            for (boolean encrypted : List.of(false, true)) {
                Shell.Took took = data.pgBackRest(encrypted);
                add(
                        BackupTables.PGBACKREST,
                        encrypted ? BackupTables.ENCRYPTED : BackupTables.CHECKED,
                        BackupTables.POSTGRESQL,
                        bytes,
                        took,
                        data.stored(),
                        repeat);
            }
        }
    }

    private static boolean isThere(String program, int repeat) throws IOException, InterruptedException {
        boolean there = Shell.has(program);
        if (!there && repeat == 1) {
            System.out.println(program + " is not installed: left out (apt-get install " + program + ")");
        }
        return there;
    }

    private void tar(String work, Path tree, int repeat) throws IOException, InterruptedException {
        Path archive = scratch.resolve("archive.tar.zst");
        Shell.Took took =
                Shell.time("tar -C " + tree + " -cf - . | zstd -q -3 -T1 -f -o " + archive, scratch, Map.of());
        add(BackupTables.TAR, BackupTables.PLAIN, work, Shell.bytes(tree), took, Files.size(archive), repeat);
        Files.delete(archive);
    }

    private void restic(Path tree, int repeat) throws IOException, InterruptedException {
        Path repository = scratch.resolve("restic");
        Map<String, String> environment = Map.of(
                "RESTIC_PASSWORD", "benchmark",
                "RESTIC_REPOSITORY", repository.toString(),
                "RESTIC_CACHE_DIR", scratch.resolve("restic-cache").toString());
        Shell.run("restic init -q --repository-version 2", scratch, environment);
        Shell.Took took = Shell.time("restic backup -q --compression auto " + tree, scratch, environment);
        add(
                BackupTables.RESTIC,
                BackupTables.ENCRYPTED,
                BackupTables.FILES,
                Shell.bytes(tree),
                took,
                Shell.bytes(repository),
                repeat);
        shell("rm -rf " + repository);
    }

    private void own(String work, Path tree, int repeat) throws IOException, InterruptedException {
        long bytes = Shell.bytes(tree);
        for (String settings : List.of(BackupTables.CHECKED, BackupTables.ENCRYPTED)) {
            Path repository = scratch.resolve("repository");
            String said = java(OwnBackup.class, tree + " " + repository + " " + keys(settings) + " " + OWN_RUNS);
            took(said, settings, work, bytes, repeat);
            shell("rm -rf " + repository);
        }
    }

    private void state(int repeat) throws IOException, InterruptedException {
        int mib = options.mib() / 4;
        for (String settings : List.of(BackupTables.CHECKED, BackupTables.ENCRYPTED)) {
            Path directory = Files.createDirectory(scratch.resolve("state"));
            String said = java(OwnState.class, directory + " " + mib + " " + keys(settings) + " " + OWN_RUNS);
            took(said, settings, BackupTables.STATE, (long) mib << 20, repeat);
            shell("rm -rf " + directory);
        }
    }

    private String keys(String settings) {
        return settings.equals(BackupTables.ENCRYPTED) ? keyFile.toString() : "none";
    }

    private String java(Class<?> main, String arguments) throws IOException, InterruptedException {
        return Shell.run(
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -Xmx2g -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp '"
                        + System.getProperty("java.class.path") + "' " + main.getName() + " " + arguments,
                Path.of("."),
                Map.of());
    }

    /** The first one's figure, and the median of the others. */
    private void took(String said, String settings, String work, long bytes, int repeat) {
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        long stored = 0;
        List<String> lines = said.lines()
                .filter(line -> line.matches("[0-9.]+ [0-9.]+ [0-9]+"))
                .toList();
        for (String line : lines) {
            String[] words = line.split(" ");
            cpu.add(Double.parseDouble(words[0]));
            wall.add(Double.parseDouble(words[1]));
            stored = Long.parseLong(words[2]);
        }
        if (lines.size() != OWN_RUNS) {
            throw new IllegalStateException("no figures in: " + said);
        }
        row(BackupTables.HOLDFAST, settings, work, BackupTables.FIRST, bytes / MIB / cpu.get(0), "MiB/s", repeat);
        add(
                BackupTables.HOLDFAST,
                settings,
                work,
                bytes,
                new Shell.Took(
                        Results.median(cpu.subList(1, OWN_RUNS)).orElseThrow(),
                        Results.median(wall.subList(1, OWN_RUNS)).orElseThrow()),
                stored,
                repeat);
    }

    private void add(
            String system, String settings, String work, long bytes, Shell.Took took, long stored, int repeat) {
        row(system, settings, work, BackupTables.PER_CORE, bytes / MIB / took.cpuSeconds(), "MiB/s", repeat);
        row(system, settings, work, BackupTables.RATE, bytes / MIB / took.wallSeconds(), "MiB/s", repeat);
        row(system, settings, work, BackupTables.STORED, 100.0 * stored / bytes, "%", repeat);
        System.out.printf(
                Locale.ROOT,
                "%d %-10s %-10s %-10s %,6.0f MiB: %,.1f MiB/s a core, %,.1f MiB/s, stored %.1f %%%n",
                repeat,
                work,
                system,
                settings,
                bytes / MIB,
                bytes / MIB / took.cpuSeconds(),
                bytes / MIB / took.wallSeconds(),
                100.0 * stored / bytes);
    }

    private void row(
            String system, String settings, String work, String metric, double value, String unit, int repeat) {
        rows.add(new Row(system, settings, work, metric, value, unit, repeat));
    }
}
