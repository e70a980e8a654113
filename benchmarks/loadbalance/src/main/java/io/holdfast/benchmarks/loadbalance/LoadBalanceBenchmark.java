package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.picks.PickMain;
import io.holdfast.benchmarks.picks.PickSubject;
import io.holdfast.benchmarks.report.GeneratedPart;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import io.holdfast.benchmarks.results.RowFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What a pick costs, beside peers: {@code LoadBalanceBenchmark DIRECTORY [--quick] [--systems a,b] [--report]}. Rows of systems that are not
 * measured this time stay as they were, so that a run can be made in pieces; then read ratios within a piece.
 */
public final class LoadBalanceBenchmark {
    static final String HOLDFAST = "holdfast";
    static final String FLOOR = "floor";

    /** The subjects by name; peers live in {@code peers/NAME}. */
    private static final Map<String, String> SUBJECTS = new LinkedHashMap<>();

    static {
        SUBJECTS.put(FLOOR, FloorPicks.class.getName());
        SUBJECTS.put(HOLDFAST, HoldfastPicks.class.getName());
        SUBJECTS.put("grpc", "io.holdfast.benchmarks.grpc.GrpcPicks");
        SUBJECTS.put("ribbon", "io.holdfast.benchmarks.ribbon.RibbonPicks");
        SUBJECTS.put("finagle", "io.holdfast.benchmarks.finagle.FinaglePicks");
        SUBJECTS.put("spring-cloud", "io.holdfast.benchmarks.springcloud.SpringCloudPicks");
        SUBJECTS.put("dubbo", "io.holdfast.benchmarks.dubbo.DubboPicks");
    }

    /** Algorithms that are measured with different weights: with like ones some fall back to something simpler. */
    private static final List<String> WEIGHTED = List.of("smooth-weighted", "weighted-random", "weighted_round_robin");

    private final Path benchmarks;
    private final boolean quick;
    private final List<Row> rows = new ArrayList<>();

    private LoadBalanceBenchmark(Path benchmarks, boolean quick) {
        this.benchmarks = benchmarks;
        this.quick = quick;
    }

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path benchmarks = Path.of(args[0]);
        boolean quick = false;
        List<String> systems = new ArrayList<>(SUBJECTS.keySet());
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--report" -> {
                    report(benchmarks);
                    return;
                }
                case "--systems" -> systems = List.of(args[++i].split(","));
                default -> throw new IllegalArgumentException("not known: " + args[i]);
            }
        }
        LoadBalanceBenchmark benchmark = new LoadBalanceBenchmark(benchmarks, quick);
        Path file = benchmarks.resolve(quick ? "target/quick" : "results").resolve("loadbalance.json");
        List<Row> kept = new ArrayList<>();
        for (Row row : RowFile.read(file)) {
            if (!systems.contains(row.system())) {
                kept.add(row);
            }
        }
        for (String system : systems) {
            benchmark.measure(system);
            List<Row> all = new ArrayList<>(kept);
            all.addAll(benchmark.rows);
            RowFile.write(file, all);
        }
        PickTables tables = new PickTables(new Results(RowFile.read(file)));
        System.out.print(tables.text());
    }

    /** Into the page, from what was measured before. */
    private static void report(Path benchmarks) throws IOException {
        PickTables tables = new PickTables(new Results(RowFile.read(benchmarks.resolve("results/loadbalance.json"))));
        Path page = benchmarks.resolveSibling("docs/load-balancing.md");
        Files.writeString(page, GeneratedPart.replace(Files.readString(page), "picks", tables.markdown()));
    }

    private void measure(String system) throws Exception {
        String subject =
                Objects.requireNonNull(SUBJECTS.get(system), () -> system + " is none of " + SUBJECTS.keySet());
        for (int threads = 1; threads <= 2; threads++) {
            Path csv = Files.createTempFile("picks", ".csv");
            try {
                run(system, subject, threads, csv);
                read(system, threads, csv);
            } finally {
                Files.deleteIfExists(csv);
            }
        }
    }

    private List<String> algorithms(String system) {
        if (system.equals(HOLDFAST)) {
            return marked(new HoldfastPicks());
        }
        if (system.equals(FLOOR)) {
            return marked(new FloorPicks());
        }
        return PickTables.peerAlgorithms(system).stream()
                .map(LoadBalanceBenchmark::marked)
                .toList();
    }

    private static List<String> marked(PickSubject subject) {
        return subject.algorithms().stream().map(LoadBalanceBenchmark::marked).toList();
    }

    private static String marked(String algorithm) {
        return WEIGHTED.contains(algorithm) ? algorithm + "*" : algorithm;
    }

    private void run(String system, String subject, int threads, Path csv) throws Exception {
        List<Path> path = new ArrayList<>();
        if (!system.equals(HOLDFAST) && !system.equals(FLOOR)) {
            path.add(benchmarks.resolve("peers/" + system + "/target/classes"));
            path.add(benchmarks.resolve("peers/" + system + "/target/lib/*"));
        } else {
            path.add(benchmarks.resolve("loadbalance/target/classes"));
            path.add(benchmarks.resolve("loadbalance/target/lib/*"));
        }
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                path.stream().map(Path::toString).collect(Collectors.joining(":")),
                PickMain.class.getName(),
                subject,
                String.valueOf(threads),
                quick ? "3,100" : "3,10,100,1000",
                String.join(",", algorithms(system)),
                "2",
                quick ? "2" : "4",
                quick ? "150" : "250",
                csv.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(benchmarks
                        .resolve("loadbalance/target/jmh-" + system + "-" + threads + ".log")
                        .toFile())
                .start();
        try {
            int ended = process.waitFor();
            if (ended != 0) {
                throw new IOException(
                        system + " ended with " + ended + "; see loadbalance/target/jmh-" + system + "-*.log");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private void read(String system, int threads, Path csv) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        List<String> heads = cells(lines.get(0));
        for (String line : lines.subList(1, lines.size())) {
            List<String> cells = cells(line);
            String benchmark = cells.get(heads.indexOf("Benchmark"));
            String metric;
            if (benchmark.endsWith(".pick")) {
                metric = "time";
            } else if (benchmark.endsWith("gc.alloc.rate.norm")) {
                metric = "allocated";
            } else {
                continue;
            }
            String algorithm = cells.get(heads.indexOf("Param: algorithm"));
            int endpoints = Integer.parseInt(cells.get(heads.indexOf("Param: endpoints")));
            double value = Double.parseDouble(cells.get(heads.indexOf("Score")));
            rows.add(new Row(
                    system,
                    threads == 1 ? "1 thread" : threads + " threads",
                    algorithm + " over " + endpoints,
                    metric,
                    value,
                    metric.equals("time") ? "ns" : "B",
                    1));
            System.out.println(rows.get(rows.size() - 1));
        }
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        for (String cell : line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)) {
            cells.add(cell.replace("\"", ""));
        }
        return cells;
    }
}
