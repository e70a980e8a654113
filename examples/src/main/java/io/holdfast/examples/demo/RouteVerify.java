package io.holdfast.examples.demo;

import io.holdfast.replication.OfflineLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The verdict of the fourth and sixth act, by a process that shares nothing with the cluster but its files: {@code RouteVerify DIRECTORY
 * NODE=DIRECTORY...} reads the callers' ledgers and each stopped node's disk, of which one of a {@code NODE:left} may end early, and prints a table and what is wrong, a line each,
 * beginning with {@value DemoVerify#PROBLEM}. Exit status 0 if nothing is.
 */
public final class RouteVerify {
    /** After the name of a node that left before the end. */
    static final String LEFT = ":left";

    private RouteVerify() {}

    /** Compares and prints. */
    public static void main(String[] args) throws IOException {
        LedgerContents puts = LedgerContents.read(Path.of(args[0], RouteClient.PUTS));
        LedgerContents appends = LedgerContents.read(Path.of(args[0], RouteClient.APPENDS));
        List<String> problems = new ArrayList<>();
        check(RouteCall.PUT, puts, problems);
        check(RouteCall.APPEND, appends, problems);
        List<RouteCheck> checks = new ArrayList<>();
        for (String argument : List.of(args).subList(1, args.length)) {
            String[] node = argument.split("=", 2);
            RouteBook state = new RouteBook();
            try {
                OfflineLog.replay(Path.of(node[1]), state);
            } catch (IOException | RuntimeException e) {
                problems.add(node[0] + ": its disk cannot be read: " + e);
            }
            boolean left = node[0].endsWith(LEFT);
            String name = left ? node[0].substring(0, node[0].length() - LEFT.length()) : node[0];
            RouteCheck ofPuts = RouteCheck.of(name, RouteCall.PUT, state.orders(), puts);
            RouteCheck ofAppends = RouteCheck.of(name, RouteCall.APPEND, state.journal(), appends);
            checks.add(left ? ofPuts.ofBeginning() : ofPuts);
            checks.add(left ? ofAppends.ofBeginning() : ofAppends);
        }
        System.out.println(RouteCheck.header());
        for (RouteCheck check : checks) {
            System.out.println(check.row());
            problems.addAll(check.problems());
        }
        for (RouteCall call : List.of(RouteCall.PUT, RouteCall.APPEND)) {
            Set<String> checksums = new TreeSet<>();
            checks.stream()
                    .filter(each -> each.call() == call && each.isWhole())
                    .forEach(each -> checksums.add(each.checksum()));
            if (checksums.size() > 1) {
                problems.add("the nodes' checksums of " + call.plural() + " differ");
            }
        }
        problems.forEach(problem -> System.out.println(DemoVerify.PROBLEM + problem));
        System.out.flush();
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    /** A call has one outcome. */
    private static void check(RouteCall call, LedgerContents ledger, List<String> problems) {
        long outcomes = (long) ledger.acknowledged().cardinality()
                + ledger.refused().cardinality()
                + ledger.unknown().cardinality();
        if (!ledger.complete() || outcomes != ledger.sent()) {
            problems.add("of " + ledger.sent() + " " + call.plural() + " " + outcomes + " have an outcome"
                    + (ledger.complete() ? "" : ", and their ledger has no end mark"));
        }
    }
}
