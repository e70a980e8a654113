package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.process.Cell;
import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.results.Row;
import io.holdfast.benchmarks.results.RowFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes down figures as they come, in a file and in a line each for whoever waits. */
final class Recording {
    private final Path file;
    private final List<Row> rows = new ArrayList<>();

    Recording(Path file) {
        this.file = file;
    }

    void cell(String system, String settings, String work, int repeat, Cell cell) {
        LoadResult load = cell.load();
        add(system, settings, work, "rate", load.rate(), "1/s", repeat);
        add(system, settings, work, "p50", load.p50(), "us", repeat);
        add(system, settings, work, "p99", load.p99(), "us", repeat);
        add(system, settings, work, "p99.9", load.p999(), "us", repeat);
        add(system, settings, work, "max", load.max(), "us", repeat);
        add(system, settings, work, "errors", (double) load.errors(), "1", repeat);
        add(system, settings, work, "cpu share", cell.ownShare(), "%", repeat);
        add(system, settings, work, "machine busy", cell.busyShare(), "%", repeat);
        cell.counted().forEach((counter, value) -> {
            if (load.count() > 0) {
                add(system, settings, work, counter, value / load.count(), perOperation(counter), repeat);
            }
        });
        System.out.printf(
                Locale.ROOT,
                "%d %-13s %-10s %-22s %11s/s  p50 %9s us  p99 %9s us  cpu %3.0f %% of %3.0f %%%s%n",
                repeat,
                system,
                settings,
                work,
                Figures.format(load.rate()),
                Figures.format(load.p50()),
                Figures.format(load.p99()),
                cell.ownShare(),
                cell.busyShare(),
                load.errors() == 0 ? "" : "  errors " + load.errors());
    }

    private static String perOperation(String counter) {
        return counter.equals("allocated") ? "B/operation" : "1/operation";
    }

    void add(String system, String settings, String work, String metric, double value, String unit, int repeat) {
        rows.add(new Row(system, settings, work, metric, value, unit, repeat));
    }

    /** Writes what there is so far. */
    void save() throws IOException {
        RowFile.write(file, rows);
    }

    List<Row> rows() {
        return rows;
    }
}
