package io.holdfast.benchmarks.backup;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.List;
import java.util.OptionalDouble;

/** The figures of backups as tables. */
final class BackupTables {
    static final String HOLDFAST = "holdfast";
    static final String TAR = "tar-zstd";
    static final String RESTIC = "restic";
    static final String PGBACKREST = "pgbackrest";
    static final List<String> SYSTEMS = List.of(HOLDFAST, TAR, RESTIC, PGBACKREST);

    static final String ENCRYPTED = "encrypted";
    static final String CHECKED = "checksums";
    static final String PLAIN = "neither";

    static final String FILES = "files";
    static final String POSTGRESQL = "postgresql";
    static final String STATE = "state";

    /** Of content, by the processor's time of all processes. */
    static final String PER_CORE = "rate per core";
    /** The same of a process whose code is not compiled yet. */
    static final String FIRST = "rate per core, first";

    static final String RATE = "rate";
    static final String STORED = "stored";

    private static final double OF_TAR = 0.8;

    private final Results results;

    BackupTables(Results results) {
        this.results = results;
    }

    /** One line for each who was measured. */
    Table rates() {
        Table table = new Table(
                "data, and by whom", "MiB/s a core", "the first in a process", "MiB/s by the clock", "stored, %");
        for (String work : List.of(FILES, POSTGRESQL, STATE)) {
            for (String system : SYSTEMS) {
                for (String settings : List.of(PLAIN, CHECKED, ENCRYPTED)) {
                    OptionalDouble perCore = results.median(system, settings, work, PER_CORE);
                    if (perCore.isPresent()) {
                        table.add(List.of(
                                work + ": " + system + ", " + told(settings),
                                Figures.format(perCore),
                                Figures.format(results.median(system, settings, work, FIRST)),
                                Figures.format(results.median(system, settings, work, RATE)),
                                Figures.format(results.median(system, settings, work, STORED))));
                    }
                }
            }
        }
        return table;
    }

    private static String told(String settings) {
        return switch (settings) {
            case ENCRYPTED -> "encrypted and hashed";
            case CHECKED -> "hashed";
            default -> "neither";
        };
    }

    /** What is to be reached. */
    Table bars() {
        Table table = new Table("bar, MiB/s a core", "Holdfast", "limit", "ratio", "");
        add(
                table,
                "files, encrypted and hashed: as restic",
                rate(HOLDFAST, ENCRYPTED, FILES),
                rate(RESTIC, ENCRYPTED, FILES));
        add(
                table,
                "files, hashed: 0.8 of tar and zstd",
                rate(HOLDFAST, CHECKED, FILES),
                scaled(rate(TAR, PLAIN, FILES)));
        add(
                table,
                "files, encrypted and hashed: 0.8 of tar and zstd",
                rate(HOLDFAST, ENCRYPTED, FILES),
                scaled(rate(TAR, PLAIN, FILES)));
        add(
                table,
                "PostgreSQL, hashed: as pgBackRest",
                rate(HOLDFAST, CHECKED, POSTGRESQL),
                rate(PGBACKREST, CHECKED, POSTGRESQL));
        add(
                table,
                "PostgreSQL, encrypted and hashed: as pgBackRest",
                rate(HOLDFAST, ENCRYPTED, POSTGRESQL),
                rate(PGBACKREST, ENCRYPTED, POSTGRESQL));
        add(
                table,
                "PostgreSQL, hashed: 0.8 of tar and zstd",
                rate(HOLDFAST, CHECKED, POSTGRESQL),
                scaled(rate(TAR, PLAIN, POSTGRESQL)));
        return table;
    }

    private OptionalDouble rate(String system, String settings, String work) {
        return results.median(system, settings, work, PER_CORE);
    }

    private static OptionalDouble scaled(OptionalDouble rate) {
        return rate.isEmpty() ? rate : OptionalDouble.of(OF_TAR * rate.getAsDouble());
    }

    private static void add(Table table, String text, OptionalDouble value, OptionalDouble limit) {
        if (value.isPresent()) {
            Bar bar = Bar.atLeast(text, value, limit);
            table.add(List.of(
                    bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
        }
    }

    String toText() {
        return rates().toText() + "\n" + bars().toText();
    }

    String toMarkdown() {
        return rates().toMarkdown() + "\n" + bars().toMarkdown();
    }
}
