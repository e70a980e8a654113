package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The verdict, by a process that shares nothing with the cluster but its files: {@code DemoVerify INPUT LEDGER RESUBMITTED
 * LEVEL NODE=DIRECTORY... NODE:LINES=DIRECTORY...} reads each stopped node's disk (with LINES, one that left when so many were
 * acknowledged), compares it with the input and the client's ledger, and prints a
 * table and what is wrong, a line each, beginning with {@value #PROBLEM}. Exit status 0 if nothing is.
 */
public final class DemoVerify {
    static final String PROBLEM = "problem: ";
    /** The client waited for a majority. */
    static final String QUORUM = "quorum";
    /** The client waited for the master alone. */
    static final String MASTER = "master";

    private DemoVerify() {}

    /** Compares and prints. */
    public static void main(String[] args) throws IOException {
        List<String> problems = new ArrayList<>();
        LineLedger expected = new LineLedger();
        LedgerContents ledger = LedgerContents.read(Path.of(args[1]));
        boolean inOrder = Long.parseLong(args[2]) == 0;
        boolean mayLose = args[3].equals(MASTER);
        System.out.println(VerdictTable.header());
        try (LineIndex input = LineIndex.read(Path.of(args[0]), expected)) {
            if (!ledger.complete() || ledger.sent() != input.lines()) {
                problems.add("the client sent " + ledger.sent() + " of " + input.lines() + " lines"
                        + (ledger.complete() ? "" : " and its ledger has no end mark"));
            }
            List<NodeCheck> checks = new ArrayList<>();
            for (String argument : List.of(args).subList(4, args.length)) {
                String[] node = argument.split("=", 2);
                String[] left = node[0].split(":", 2);
                NodeCheck check = new NodeCheck(left[0], input, ledger);
                try {
                    check.replay(Path.of(node[1]));
                } catch (IOException | RuntimeException e) {
                    problems.add(left[0] + ": its disk cannot be read: " + e);
                }
                System.out.println(check.row());
                if (left.length == 1) {
                    problems.addAll(check.problems(inOrder, mayLose));
                    checks.add(check);
                } else {
                    System.out.println(left[0] + " left when " + VerdictTable.grouped(Long.parseLong(left[1]))
                            + " lines were acknowledged: its disk holds the first "
                            + VerdictTable.grouped(check.found()) + ", and nothing else is asked of it");
                    problems.addAll(check.problemsOfBeginning(inOrder, Long.parseLong(left[1])));
                }
            }
            if (mayLose) {
                long lost = checks.stream().mapToLong(NodeCheck::missing).max().orElse(0);
                System.out.println("acknowledged by the master alone, and lost with it: " + VerdictTable.grouped(lost)
                        + " of " + VerdictTable.grouped(ledger.acknowledged().cardinality())
                        + " lines, which acknowledgement MASTER allows and QUORUM does not");
            }
            compareChecksums(checks, expected, input.lines(), inOrder, problems);
        }
        problems.forEach(problem -> System.out.println(PROBLEM + problem));
        System.out.flush();
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    private static void compareChecksums(
            List<NodeCheck> checks, LineLedger expected, int lines, boolean inOrder, List<String> problems) {
        if (checks.stream().map(NodeCheck::checksum).distinct().count() > 1) {
            problems.add("the nodes' checksums differ");
        }
        for (NodeCheck check : checks) {
            // With all lines there and sent in order, the checksum is known beforehand, from the input alone.
            if (inOrder && check.found() == lines && !check.checksum().equals(expected.checksum())) {
                problems.add("the checksum of the input, " + expected.checksum() + ", is not the node's");
            }
        }
    }
}
