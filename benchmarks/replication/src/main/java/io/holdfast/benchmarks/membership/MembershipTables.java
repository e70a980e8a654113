package io.holdfast.benchmarks.membership;

import io.holdfast.benchmarks.report.Figures;
import io.holdfast.benchmarks.report.Table;
import io.holdfast.benchmarks.results.Bar;
import io.holdfast.benchmarks.results.Results;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of membership as tables. */
public final class MembershipTables {
    /** Nodes of the clusters that are measured. */
    public static final List<Integer> SIZES = List.of(10, 30, 50);

    /** How it was done, in words. */
    public static final String METHOD = """
            Median (worst). N nodes on the loopback address: all but two in one JVM (`-Xmx4g -XX:+UseSerialGC`, JDK 17), the
            others in JVMs of their own, which are the victims. They start one after the other, with the first one as the seed; three joins
            are timed, each after three quiet seconds, from before the call that starts the node until all, those in other JVMs
            included, see the new number of members. Heap (what a collection left), direct buffers and threads are what the nodes of
            the large JVM added, by their number. Then 20 s without load: bytes on the wire are those of the loopback interface
            of a network namespace of the run's own, all headers and acknowledgements included, by N; what a library counts is without headers,
            and for Holdfast datagrams alone. Then four threads of the large JVM keep both cores busy for 30 s. At last one
            victim gets SIGKILL, and then the other one SIGSTOP; the last observer is the one of the large JVM that takes
            longest not to have the victim among the members any more. Other work may have gone on on the machine: the last two
            lines of each table say how much.

            Holdfast's threads are the node's one loop, which gossip shares, and the one on which its listener is called. The
            nodes of scalecube share Netty's loops within a JVM, so the victims' JVMs, with one node each, are counted besides.

            holdfast: the LAN profile, which is the default, without keys. scalecube: scalecube-cluster 2.7.10 with its
            default configuration, over TCP. jgroups: JGroups 5.5.7 with the stack that it ships as tcp.xml; jgroups-tuned: the
            same with `FD_ALL3` at 3 s (40 s by default), `VERIFY_SUSPECT2` at 0.5 s, `MERGE3` at 1 to 5 s, and a join time-out
            of 0.5 s. JGroups' virtual threads take JDK 21.
            """;

    static final String BROKE_OFF = "broke off";
    /** Neither ahead nor behind, to a hundredth. */
    private static final String EVEN = "even";

    private static final String JOIN = "join";
    private static final String KILL = "SIGKILL";
    private static final String STOP = "SIGSTOP";
    private static final String WIRE = "wire bytes";
    private static final String THREADS = "threads";
    private static final String THREADS_ALONE = "threads, alone";
    private static final String HEAP = "heap";
    private static final String FALSE_DEATHS = "false deaths, busy";

    /** What Holdfast is to be ahead of the others by. */
    private static final List<String> COMPARED =
            List.of(JOIN, KILL, STOP, WIRE, THREADS, THREADS_ALONE, HEAP, FALSE_DEATHS);

    private static final List<String> COMPARED_WITH_JGROUPS =
            List.of(KILL, STOP, THREADS, THREADS_ALONE, HEAP, FALSE_DEATHS);

    /** Metrics, and what people read. */
    private static final Map<String, String> METRICS = metrics();

    private static Map<String, String> metrics() {
        Map<String, String> metrics = new LinkedHashMap<>();
        metrics.put(JOIN, "from before a start until all see it, ms");
        metrics.put(KILL, "SIGKILL to the last observer, s");
        metrics.put(STOP, "SIGSTOP to the last observer, s");
        metrics.put(WIRE, "idle: bytes/s on the wire");
        metrics.put("bytes", "idle: bytes/s by the library's own count");
        metrics.put("messages", "idle: messages/s");
        metrics.put("cpu", "idle: % of a core");
        metrics.put(THREADS, "threads");
        metrics.put(THREADS_ALONE, "threads of a node that is alone in its JVM");
        metrics.put(HEAP, "heap, KiB");
        metrics.put("direct", "direct buffers, KiB");
        metrics.put(FALSE_DEATHS, "false deaths of all, 30 s of busy cores");
        metrics.put("suspicions, busy", "suspicions of all meanwhile");
        metrics.put("machine", "cores that others kept busy, idle");
        metrics.put("machine, busy", "the same, busy cores");
        return Collections.unmodifiableMap(metrics);
    }

    private final Results results;

    /** Of these rows. */
    public MembershipTables(Results results) {
        this.results = results;
    }

    static String work(int size) {
        return "N=" + size;
    }

    /** Whether there is anything to show. */
    public boolean isEmpty() {
        return !results.knows(Contender.HOLDFAST.system());
    }

    /** All figures of clusters of that size, medians and, where they differ, the worst. */
    public Table figures(int size) {
        List<String> headings = new ArrayList<>(List.of("N = " + size + ", a node"));
        Contender.ALL.forEach(contender -> headings.add(contender.label()));
        Table table = new Table(headings.toArray(new String[0]));
        METRICS.forEach((metric, text) -> {
            List<String> cells = new ArrayList<>(List.of(text));
            Contender.ALL.forEach(contender -> cells.add(figure(contender, size, metric)));
            if (cells.stream().skip(1).anyMatch(cell -> !cell.equals("–"))) {
                table.add(cells);
            }
        });
        return table;
    }

    private String figure(Contender of, int size, String metric) {
        OptionalDouble median = results.median(of.system(), of.settings(), work(size), metric);
        OptionalDouble worst = worst(of, size, metric);
        String never = results.values(of.system(), of.settings(), work(size), metric + never(metric))
                        .isEmpty()
                ? ""
                : ", or not";
        String figure = Figures.format(median);
        String most = Figures.format(worst);
        return (figure.equals(most) ? figure : figure + " (" + most + ")") + never;
    }

    private static String never(String metric) {
        return metric.equals(JOIN) ? ", not within a minute" : ", not within two minutes";
    }

    private OptionalDouble worst(Contender of, int size, String metric) {
        return results.worst(of.system(), of.settings(), work(size), metric);
    }

    /** What is demanded of Holdfast alone. */
    public Table bars() {
        Table table = new Table("bar", "Holdfast", "limit", "ratio", "");
        for (int size : SIZES) {
            add(table, size, "full view, worst ms", worst(Contender.HOLDFAST, size, JOIN), 150);
            add(table, size, "SIGKILL to the last observer, worst s", worst(Contender.HOLDFAST, size, KILL), 0.8);
            add(table, size, "SIGSTOP to the last observer, worst s", worst(Contender.HOLDFAST, size, STOP), 3);
            if (size == 50) {
                add(table, size, "idle bytes/s a node on the wire", worst(Contender.HOLDFAST, size, WIRE), 1_000);
            }
            add(table, size, "false deaths with both cores busy", worst(Contender.HOLDFAST, size, FALSE_DEATHS), 0);
        }
        return table;
    }

    private static void add(Table table, int size, String text, OptionalDouble value, double limit) {
        if (value.isPresent()) {
            Bar bar = Bar.atMost(
                    "N = " + size + ": " + text + ", at most " + Figures.format(limit),
                    value,
                    OptionalDouble.of(limit));
            table.add(List.of(
                    bar.text(), Figures.format(bar.value()), Figures.format(bar.limit()), bar.ratio(), bar.verdict()));
        }
    }

    /** Holdfast's medians by the others': less is better everywhere. */
    public Table comparison() {
        List<String> headings = new ArrayList<>(List.of("Holdfast by the other"));
        Contender.PEERS.forEach(peer -> headings.add(peer.label()));
        Table table = new Table(headings.toArray(new String[0]));
        for (String metric : COMPARED) {
            for (int size : SIZES) {
                List<String> cells =
                        new ArrayList<>(List.of("N = " + size + ": " + METRICS.getOrDefault(metric, metric)));
                Contender.PEERS.forEach(peer -> cells.add(compare(peer, size, metric)));
                table.add(cells);
            }
        }
        return table;
    }

    private String compare(Contender peer, int size, String metric) {
        OptionalDouble own =
                results.median(Contender.HOLDFAST.system(), Contender.HOLDFAST.settings(), work(size), metric);
        OptionalDouble theirs = results.median(peer.system(), peer.settings(), work(size), metric);
        boolean demanded = peer.equals(Contender.SCALECUBE) || COMPARED_WITH_JGROUPS.contains(metric);
        Bar bar = Bar.atMost("", own, theirs);
        return bar.ratio() + (demanded ? " " + (bar.ratio().equals("1.00") ? EVEN : bar.verdict()) : "");
    }

    /** For a terminal. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        SIZES.forEach(size -> text.append(figures(size).toText()).append('\n'));
        return text.append(bars().toText())
                .append('\n')
                .append(comparison().toText())
                .toString();
    }
}
