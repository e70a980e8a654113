package io.holdfast.verification.torture;

import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run came to. For one thread. */
final class Verdicts {
    private final List<String> troubles = new ArrayList<>();
    private HistoryFile.@Nullable Summary history;
    private GrantChecker.@Nullable Result grants;
    private Map<Fault, Integer> faults = Map.of();
    private int windows;
    private int onMaster;
    private int switches;
    private long worstRecoveryMillis;
    private final Map<String, DirectMemory> mostMemory = new TreeMap<>();
    private String end = "not reached";
    private Setup setup;

    Verdicts(Setup setup) {
        this.setup = setup;
    }

    void trouble(String what) {
        troubles.add(what);
    }

    void troubles(List<String> what) {
        troubles.addAll(what);
    }

    boolean hasTroubles() {
        return !troubles.isEmpty();
    }

    void faults(Map<Fault, Integer> counts, int windowsRun, int struckMaster) {
        faults = counts;
        windows = windowsRun;
        onMaster = struckMaster;
    }

    /** From the end of a window's faults to the next acknowledged write. */
    void recovered(long millis) {
        worstRecoveryMillis = Math.max(worstRecoveryMillis, millis);
    }

    /** What a node had in direct buffers at the end of a window. */
    void directMemory(String node, DirectMemory used) {
        mostMemory.merge(node, used, (a, b) -> a.reserved() >= b.reserved() ? a : b);
    }

    void masterSeen(boolean another) {
        switches += another ? 1 : 0;
    }

    void end(String state) {
        end = state;
    }

    void history(HistoryFile.Summary summary) {
        history = summary;
        if (summary.verdict() != Verdict.LINEARIZABLE) {
            trouble("the history is " + summary.verdict() + ": " + summary.report());
        } else if (summary.ok() == 0) {
            trouble("the history shows nothing: no call succeeded");
        }
    }

    void grants(GrantChecker.Result result) {
        grants = result;
        troubles.addAll(result.violations());
    }

    boolean pass() {
        return troubles.isEmpty() && history != null && grants != null;
    }

    void print(PrintStream out, TortureOptions options) {
        row(out, "seed", options.seed() + ": " + setup);
        row(out, "faults", windows + " windows, " + onMaster + " faults on the master; " + faults());
        row(
                out,
                "recovery",
                "worst " + worstRecoveryMillis + " ms from the end of faults to the next write; " + switches
                        + " changes of master seen");
        HistoryFile.Summary calls = history;
        if (calls != null) {
            row(
                    out,
                    "calls",
                    calls.operations() + " on " + calls.keys() + " keys: " + calls.ok() + " ok, " + calls.failed()
                            + " without effect, " + calls.unknown() + " unknown");
            row(out, "history", calls.verdict().toString());
        }
        GrantChecker.Result tenures = grants;
        if (tenures != null) {
            row(
                    out,
                    "grants",
                    tenures.grants() == 0
                            ? "none"
                            : tenures.grants() + ", " + tenures.orderly()
                                    + " handed over, " + tenures.overlaps()
                                    + " overlaps that a stop or an overrun explains, "
                                    + tenures.refusedWrites() + " writes refused by the store");
        }
        mostMemory.forEach((node, most) -> row(out, "memory", node + " had at most " + most));
        row(out, "end", end);
        for (String trouble : troubles) {
            row(out, "VIOLATION", trouble);
        }
    }

    private String faults() {
        return faults.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private static void row(PrintStream out, String name, String text) {
        out.printf("%-10s %s%n", name, text);
    }
}
