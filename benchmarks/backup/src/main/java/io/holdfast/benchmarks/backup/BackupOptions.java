package io.holdfast.benchmarks.backup;

import java.nio.file.Path;
import java.util.List;

/**
 * What the command line says.
 *
 * @param benchmarks the directory that holds this module
 * @param quick a look: a quarter of the data, one repeat, and figures that replace no others
 * @param report makes the page from what was measured, and measures nothing
 * @param repeats how often
 * @param mib how much is backed up, in MiB
 * @param systems who is measured
 */
record BackupOptions(Path benchmarks, boolean quick, boolean report, int repeats, int mib, List<String> systems) {
    private static final int MIB = 1024;
    private static final int REPEATS = 3;
    private static final int QUICK = 4;

    static BackupOptions parse(String[] args) {
        boolean quick = false;
        boolean report = false;
        int repeats = 0;
        int mib = 0;
        List<String> systems = BackupTables.SYSTEMS;
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--report" -> report = true;
                case "--repeats" -> repeats = number(args, ++i);
                case "--mib" -> mib = number(args, ++i);
                case "--systems" -> systems = List.of(value(args, ++i).split(","));
                default -> throw new IllegalArgumentException("not known: " + args[i]);
            }
        }
        for (String system : systems) {
            if (!BackupTables.SYSTEMS.contains(system)) {
                throw new IllegalArgumentException(system + " is none of " + BackupTables.SYSTEMS);
            }
        }
        return new BackupOptions(
                Path.of(args[0]),
                quick,
                report,
                repeats > 0 ? repeats : quick ? 1 : REPEATS,
                mib > 0 ? mib : quick ? MIB / QUICK : MIB,
                systems);
    }

    private static String value(String[] args, int at) {
        if (at >= args.length) {
            throw new IllegalArgumentException(args[at - 1] + " needs a value");
        }
        return args[at];
    }

    private static int number(String[] args, int at) {
        int number = Integer.parseInt(value(args, at));
        if (number < 1) {
            throw new IllegalArgumentException(args[at - 1] + " takes a number from 1");
        }
        return number;
    }

    boolean plays(String system) {
        return systems.contains(system);
    }

    /** Where data and repositories go. */
    Path scratch() {
        return benchmarks.resolve("target/backup").toAbsolutePath();
    }

    /** Where the rows are. */
    Path rows() {
        return benchmarks.resolve(quick ? "target/quick" : "results").resolve("backup.json");
    }
}
