package io.holdfast.examples.demo;

import static io.holdfast.examples.demo.VerdictTable.grouped;

import io.holdfast.examples.demo.RouteStatus.Calls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What became of the calls, by what callers were told and by what disks hold. */
final class RouteVerdict {
    private final RouteStatus status;
    private final List<String> onDisks;

    /**
     * Of a run.
     *
     * @param status the callers' last word
     * @param onDisks what is wrong with them, by {@link RouteVerify}
     */
    RouteVerdict(RouteStatus status, List<String> onDisks) {
        this.status = status;
        this.onDisks = List.copyOf(onDisks);
    }

    List<Check> checks() {
        Calls reads = status.of(RouteCall.READ);
        Calls puts = status.of(RouteCall.PUT);
        Calls appends = status.of(RouteCall.APPEND);
        long failed = reads.refused() + reads.unknown() + puts.notAcknowledged();
        return List.of(
                new Check(
                        "no idempotent call failed, with the default deadlines",
                        failed == 0 && reads.acknowledged() > 0 && puts.acknowledged() > 0,
                        failed + " of " + grouped(reads.begun() + puts.begun())),
                new Check(
                        "no read missed the write before it of the same session",
                        reads.wrong() == 0 && reads.acknowledged() > 0,
                        reads.wrong() + " of " + grouped(reads.begun())),
                new Check(
                        "every other call ended as acknowledged, refused or unknown",
                        appends.wrong() == 0 && appends.areOver() && appends.acknowledged() > 0,
                        String.format(
                                Locale.ROOT,
                                "%,d acknowledged, %,d refused, %,d unknown",
                                appends.acknowledged(),
                                appends.refused(),
                                appends.unknown())),
                new Check(
                        "and the disks prove it: acknowledged once, refused never",
                        onDisks.isEmpty(),
                        onDisks.isEmpty() ? "on each of them" : String.join("; ", onDisks)));
    }

    /** The calls, and who answered; and how many requests each node was sent. */
    List<String> table(Collection<String> nodes) {
        List<String> table = new ArrayList<>();
        table.add(line("", "calls", "acknowledged", "refused", "unknown", "wrong", "longest")
                + columns(List.copyOf(nodes)));
        for (RouteCall call : RouteCall.values()) {
            Calls calls = status.of(call);
            String row = line(
                    call.plural(),
                    grouped(calls.begun()),
                    grouped(calls.acknowledged()),
                    grouped(calls.refused()),
                    grouped(calls.unknown()),
                    grouped(calls.wrong()),
                    grouped(calls.longestMicros() / 1_000) + " ms");
            table.add(row
                    + columns(nodes.stream()
                            .map(node -> grouped(calls.servedBy().getOrDefault(node, 0L)))
                            .toList()));
        }
        table.add(line("requests", "", "", "", "", "", "")
                + columns(nodes.stream()
                        .map(node -> grouped(status.requests().getOrDefault(node, 0L)))
                        .toList()));
        return table;
    }

    private static String line(String... cells) {
        return String.format(Locale.ROOT, "%-10s %9s %13s %8s %8s %7s %9s  ", (Object[]) cells);
    }

    private static String columns(List<String> cells) {
        StringBuilder text = new StringBuilder();
        cells.forEach(cell -> text.append(String.format(Locale.ROOT, " %9s", cell)));
        return text.toString();
    }
}
