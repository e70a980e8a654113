package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.membership.MembershipTables;
import io.holdfast.benchmarks.report.BarPlot;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.RowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Makes docs/performance.md and its plots from the results. {@code PerformancePage DIRECTORY} */
public final class PerformancePage {
    private final Path docs;
    private final StringBuilder page = new StringBuilder();

    private PerformancePage(Path docs) {
        this.docs = docs;
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Path results = Path.of(args[0]).resolve("results");
        Path docs = Path.of(args[0]).resolveSibling("docs");
        PerformancePage made = new PerformancePage(docs);
        made.head();
        made.replication(new Results(RowFile.read(results.resolve("replication.json"))));
        made.failover(new Results(RowFile.read(results.resolve("failover.json"))));
        made.handover(new Results(RowFile.read(results.resolve("handover.json"))));
        made.overload(new Results(RowFile.read(results.resolve("overload.json"))));
        made.snapshots(new Results(RowFile.read(results.resolve("snapshots.json"))));
        made.membership(new Results(RowFile.read(results.resolve("membership.json"))));
        made.tail();
        Files.writeString(docs.resolve("performance.md"), made.page);
    }

    private void head() {
        text("""
                # Performance

                Made by `benchmarks/run.sh report` from `benchmarks/results/*.json`; do not edit. To measure on your machine:

                ```sh
                benchmarks/run.sh replication            # an hour; --quick for a look
                benchmarks/run.sh failover               # an hour; --quick for a look
                benchmarks/run.sh handover               # two minutes; --quick for a look
                benchmarks/run.sh overload               # five minutes
                benchmarks/run.sh snapshots              # a quarter of an hour; --quick for a look
                benchmarks/run.sh membership             # half an hour; --quick for a look
                benchmarks/run.sh report                 # this page
                ```

                `--peers ratis,aeron` compares with those alone, `--systems holdfast,floor` measures those alone. A quick look
                writes its figures to `benchmarks/target/quick`, the others to `benchmarks/results`: rows of `system, settings,
                work, metric, value, unit, repeat`.
                """);
    }

    private void replication(Results results) throws IOException {
        ReplicationTables tables = new ReplicationTables(results);
        if (tables.systems().isEmpty()) {
            return;
        }
        for (String settings : List.of(Cells.FORCED, Cells.NOT_FORCED)) {
            heading("Replicated writes, " + settings);
            plot(tables, results, settings, "rate", "1/s", "replication-" + settings.replace(' ', '-'));
            table("Writes per second, " + settings + ".", tables.bySystem(settings, "rate"));
            if (settings.equals(Cells.FORCED)) {
                table("Holdfast beside the best peer of each cell and the floor.", tables.summary(settings));
                plot(tables, results, settings, "p99", "us", "replication-p99");
            }
            table("p50, microseconds, " + settings + ".", tables.bySystem(settings, "p50"));
            table("p99, microseconds, " + settings + ".", tables.bySystem(settings, "p99"));
            table("Share of the processors that each system used, percent.", tables.bySystem(settings, "cpu share"));
        }
        heading("What an operation costs");
        table(
                "On the master of Holdfast, 256 B. *write*: a raw state machine; *map*: `ReplicatedMap.putAsync`; *client*: "
                        + "writes from a process of its own; *read*: linearizable reads by `ReplicatedLog.queryAsync`.",
                tables.costs());
        heading("The machine by itself");
        table(
                "Ping-pong over TCP between two processes; appends to a file that was filled before, forced after W records.",
                tables.machine());
        heading("Bars");
        table("", tables.bars());
        heading("How it was measured");
        text(Descriptions.method((int) results.median(Systems.MACHINE, "", "", ReplicationBenchmark.PROCESSORS)
                .orElseThrow()));
        text("Medians of " + results.repeats() + (results.repeats() == 1 ? " repeat.\n" : " repeats.\n"));
        table("", Descriptions.settings());
    }

    private void plot(
            ReplicationTables tables, Results results, String settings, String metric, String unit, String name)
            throws IOException {
        String title = (metric.equals("rate") ? "Replicated writes per second" : "99th percentile of the latency")
                + ", three nodes on one machine, " + settings;
        BarPlot plot = new BarPlot(title, unit, tables.systems());
        for (String work : Cells.writes()) {
            List<OptionalDouble> values = new ArrayList<>();
            tables.systems().forEach(system -> values.add(results.median(system, settings, work, metric)));
            plot.add(work.replace("write ", ""), values);
        }
        write(plot, name, title);
    }

    private void write(BarPlot plot, String name, String title) throws IOException {
        plot.write(docs.resolve("performance").resolve(name + ".svg"));
        text("![" + title + "](performance/" + name + ".svg)\n");
    }

    private void failover(Results results) throws IOException {
        FailoverTables tables = new FailoverTables(results);
        if (tables.systems().isEmpty()) {
            return;
        }
        heading("Failover");
        String title = "From the master's death to the next acknowledged write, median";
        BarPlot plot = new BarPlot(title, "ms", tables.systems());
        for (String profile : FailoverTables.PROFILES) {
            for (String signal : FailoverTables.SIGNALS) {
                List<OptionalDouble> values = new ArrayList<>();
                tables.systems()
                        .forEach(system -> values.add(results.median(system, profile, signal, FailoverTables.WAITED)));
                plot.add(signal + ", " + profile, values);
            }
        }
        write(plot, "failover", title);
        table("", tables.times());
        table("", tables.bars());
        text(Descriptions.FAILOVER);
    }

    private void handover(Results results) {
        HandoverTables tables = new HandoverTables(results);
        if (!tables.bars().isEmpty()) {
            heading("Orderly hand-over under load");
            table("", tables.times());
            table("", tables.bars());
            text(Descriptions.HANDOVER);
        }
    }

    private void overload(Results results) {
        OverloadTables tables = new OverloadTables(results);
        if (!tables.table().isEmpty()) {
            heading("Overload");
            table(
                    "Holdfast alone, forced, 256 B. Open loops offer a fixed rate whatever becomes of it, as a multiple of "
                            + "what the closed loop reached; latencies count from when a write was due. Elections are "
                            + "terms that began; memory is the master's after the load.",
                    tables.table());
        }
    }

    private void snapshots(Results results) {
        SnapshotTables tables = new SnapshotTables(results);
        if (tables.phases().isEmpty()) {
            return;
        }
        heading("A large map with snapshots");
        table("", tables.phases());
        table("Each window of the three phases.", tables.windows());
        table("", tables.bars());
        table("", tables.nodes());
        text(Descriptions.SNAPSHOTS);
    }

    private void membership(Results results) {
        MembershipTables tables = new MembershipTables(results);
        if (tables.isEmpty()) {
            return;
        }
        heading("Membership");
        for (int size : MembershipTables.SIZES) {
            table("", tables.figures(size));
        }
        table("", tables.bars());
        table(
                "Median by median, less is better; with a verdict where Holdfast is to be ahead: everywhere, save for the joins"
                        + " and the idle bytes of JGroups.",
                tables.comparison());
        text("Each system and size was measured "
                + (results.repeats() == 1 ? "once.\n" : results.repeats() + " times.\n"));
        text(MembershipTables.METHOD);
    }

    private void tail() {
        text("A missed bar is kept in the table until it is met.\n");
    }

    private void heading(String heading) {
        text("## " + heading + "\n");
    }

    private void table(String caption, Table table) {
        if (!table.isEmpty()) {
            text((caption.isEmpty() ? "" : caption + "\n\n") + table.toMarkdown());
        }
    }

    private void text(String text) {
        page.append(page.length() == 0 ? "" : "\n").append(text);
    }
}
