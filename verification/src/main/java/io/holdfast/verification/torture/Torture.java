package io.holdfast.verification.torture;

import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Real nodes in JVMs of their own, and everything that a machine and a network can do to them; then the checks. See {@code
 * verification/torture.sh --help}. Ends with 0 for PASS, 1 for FAIL, 2 for a wrong option.
 */
public final class Torture {
    private Torture() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        TortureOptions options;
        try {
            options = TortureOptions.parse(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            return;
        }
        System.exit(options.check() == null ? run(options) : check(options.check()));
    }

    private static int check(Path history) throws IOException {
        HistoryFile.Summary summary = HistoryFile.check(history);
        System.out.println(summary.operations() + " operations on " + summary.keys() + " keys: " + summary.verdict());
        System.out.print(summary.report().isEmpty() ? "" : summary.report() + "\n");
        return summary.verdict() == Verdict.LINEARIZABLE ? 0 : 1;
    }

    private static int run(TortureOptions options) throws IOException {
        Path directory = Files.createTempDirectory("torture-");
        Verdicts verdicts = new TortureRun(options, directory, System.out::println).run();
        verdicts.print(System.out, options);
        if (verdicts.pass() && !options.keep()) {
            TortureCluster.deleteTree(directory);
        } else {
            System.out.println("Logs, histories and the nodes' directories: " + directory);
        }
        if (!verdicts.pass()) {
            System.out.println("Again: " + options.replay());
        }
        System.out.println(verdicts.pass() ? "PASS" : "FAIL");
        return verdicts.pass() ? 0 : 1;
    }
}
