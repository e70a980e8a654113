package io.holdfast.examples.demo;

import static io.holdfast.examples.demo.VerdictTable.grouped;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * One kind of writes on one node's disk, compared with what their callers wrote down.
 *
 * @param name of node and kind
 * @param call of which kind
 * @param ledger the callers'
 * @param found how many different ones the disk holds
 * @param missing acknowledged ones that it does not hold; negative if it need not hold what came last
 * @param refused ones that it holds although their callers were told that they had no effect
 * @param again how many times one was applied that had been before
 * @param foreign ones that nobody sent, or with another text
 * @param checksum of all of them in the order in which they were applied
 */
record RouteCheck(
        String name,
        RouteCall call,
        LedgerContents ledger,
        long found,
        long missing,
        long refused,
        long again,
        long foreign,
        String checksum) {
    private static final int CHECKSUM_DIGITS = 16;
    private static final String FORMAT = "%-16s %9s %13s %8s %8s %9s %14s %14s %7s %8s   %s";

    static RouteCheck of(String node, RouteCall call, LineLedger state, LedgerContents ledger) {
        BitSet found = state.numbers();
        BitSet missing = (BitSet) ledger.acknowledged().clone();
        missing.andNot(found);
        BitSet refused = (BitSet) ledger.refused().clone();
        refused.and(found);
        long foreign = Math.max(0, found.length() - ledger.sent());
        if (!state.holdsExactly(found, number -> text(call, number))) {
            foreign++; // at least one
        }
        return new RouteCheck(
                node + "  " + call.plural(),
                call,
                ledger,
                found.cardinality(),
                missing.cardinality(),
                refused.cardinality(),
                state.doubled(),
                foreign,
                state.checksum());
    }

    /** The same of a node that left early: what it holds must be right, and need not be all. */
    RouteCheck ofBeginning() {
        return new RouteCheck(name, call, ledger, found, -1, refused, again, foreign, checksum);
    }

    /** False of a node that left early. */
    boolean isWhole() {
        return missing >= 0;
    }

    private static ByteBuffer text(RouteCall call, int number) {
        return ByteBuffer.wrap(call.text(number).getBytes(StandardCharsets.UTF_8));
    }

    static String header() {
        return String.format(
                Locale.ROOT,
                FORMAT,
                "",
                "sent",
                "acknowledged",
                "refused",
                "unknown",
                "found",
                "missing acked",
                "refused found",
                "again",
                "foreign",
                "checksum");
    }

    String row() {
        return String.format(
                Locale.ROOT,
                FORMAT,
                name,
                grouped(ledger.sent()),
                grouped(ledger.acknowledged().cardinality()),
                grouped(ledger.refused().cardinality()),
                grouped(ledger.unknown().cardinality()),
                grouped(found),
                isWhole() ? grouped(missing) : "-",
                grouped(refused),
                grouped(again),
                grouped(foreign),
                checksum.substring(0, CHECKSUM_DIGITS));
    }

    /** What is wrong; empty if nothing. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        complain(problems, missing, "were acknowledged and are missing");
        complain(problems, refused, "were refused and are there");
        complain(problems, call.isIdempotent() ? 0 : again, "are there again");
        complain(problems, foreign, "are there that nobody sent");
        return problems;
    }

    private void complain(List<String> problems, long count, String what) {
        if (count > 0) {
            problems.add(name + ": " + grouped(count) + " " + what);
        }
    }
}
