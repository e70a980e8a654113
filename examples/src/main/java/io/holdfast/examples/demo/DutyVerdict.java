package io.holdfast.examples.demo;

import io.holdfast.examples.store.Attempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What became of the promises, by the store's own record and by when the callbacks ran. */
final class DutyVerdict {
    /**
     * What happened beside the store.
     *
     * @param looked the stopped master found its grant valid, and was stopped
     * @param next {@code onMaster} at the one after it
     * @param late what the store said to the stopped one's write when it went on
     * @param slave its {@code onSlave} had returned
     * @param gave {@code onSlave} had returned at the one that handed over
     * @param took {@code onMaster} at the one that it handed over to
     * @param failed how many of the client's writes failed, or have an unknown outcome, from the hand-over on
     * @param gapMillis how long the client waited at the hand-over
     */
    record Happened(
            NodeEvent looked,
            NodeEvent next,
            NodeEvent late,
            NodeEvent slave,
            NodeEvent gave,
            NodeEvent took,
            long failed,
            double gapMillis) {}

    private final List<Attempt> record;
    private final List<Attempt> accepted;
    private final Duration stopWithin;

    /**
     * Of a run.
     *
     * @param record the store's
     * @param stopWithin as the nodes were set
     */
    DutyVerdict(List<Attempt> record, Duration stopWithin) {
        this.record = List.copyOf(record);
        this.accepted = record.stream().filter(Attempt::accepted).toList();
        this.stopWithin = stopWithin;
    }

    List<Check> checks(Happened happened) {
        return List.of(
                tokensNeverDecrease(),
                nodesNotMixed(),
                counterComplete(),
                smallerRefused(),
                lateRefused(happened),
                nextWaited(happened),
                slaveCalled(happened),
                inOrder(happened),
                nothingFailed(happened));
    }

    private Check tokensNeverDecrease() {
        boolean kept = !accepted.isEmpty();
        long highest = 0;
        for (Attempt write : accepted) {
            kept &= write.token() >= highest;
            highest = Math.max(highest, write.token());
        }
        return new Check(
                "the tokens of the writes that the store took never decrease",
                kept,
                VerdictTable.grouped(accepted.size()) + " writes, up to token " + highest);
    }

    private Check nodesNotMixed() {
        Map<Long, Set<String>> byToken = new LinkedHashMap<>();
        List<String> turns = new ArrayList<>();
        long turn = -1;
        for (Attempt write : accepted) {
            byToken.computeIfAbsent(write.token(), token -> new LinkedHashSet<>())
                    .add(write.node());
            if (write.token() != turn) {
                turn = write.token();
                turns.add(write.node() + " by " + turn);
            }
        }
        boolean kept =
                turns.size() == byToken.size() && byToken.values().stream().allMatch(nodes -> nodes.size() == 1);
        return new Check("no two nodes' writes are mixed: each token is one node's", kept, String.join(", ", turns));
    }

    private Check counterComplete() {
        long counter = 0;
        boolean kept = true;
        for (Attempt write : record) {
            counter += write.accepted() ? 1 : 0;
            kept &= !write.accepted() || write.counter() == counter;
        }
        return new Check("the store's counter went up by one with each of them", kept, "to " + counter);
    }

    private Check smallerRefused() {
        boolean kept = true;
        for (Attempt write : record) {
            kept &= write.accepted() ? write.token() == write.fence() : write.token() < write.fence();
        }
        List<String> refused = record.stream()
                .filter(write -> !write.accepted())
                .map(write -> write.node() + " by " + write.token() + " after " + write.fence())
                .toList();
        return new Check(
                "refused was what came with a smaller token than one before",
                kept,
                refused.size() + " refused" + (refused.isEmpty() ? "" : ": " + String.join(", ", refused)));
    }

    private Check lateRefused(Happened happened) {
        NodeEvent late = happened.late();
        boolean inRecord = record.stream()
                .anyMatch(write -> !write.accepted()
                        && write.node().equals(late.node())
                        && write.token() == late.token()
                        && write.fence() >= happened.next().token());
        return new Check(
                "so was what the old master wrote when it went on",
                inRecord && late.is(NodeEvent.Kind.REFUSED),
                late.node() + " by " + late.token() + ": " + late.text());
    }

    private Check nextWaited(Happened happened) {
        double seconds = (happened.next().nanos() - happened.looked().nanos()) / 1e9;
        return new Check(
                "the new onMaster waited for the old one's lease and stopWithin",
                seconds >= stopWithin.toNanos() / 1e9
                        && happened.next().token() > happened.looked().token(),
                String.format(Locale.ROOT, "%.2f s after the old one had last found its grant valid", seconds));
    }

    private Check slaveCalled(Happened happened) {
        NodeEvent slave = happened.slave();
        return new Check(
                "the old master's onSlave ran when it went on",
                slave.node().equals(happened.looked().node())
                        && slave.token() == happened.looked().token(),
                slave.text());
    }

    private Check inOrder(Happened happened) {
        double millis = (happened.took().nanos() - happened.gave().nanos()) / 1e6;
        return new Check(
                "at the hand-over onSlave had returned before onMaster began",
                millis >= 0 && happened.took().token() > happened.gave().token(),
                String.format(Locale.ROOT, "%.1f ms before", millis));
    }

    private Check nothingFailed(Happened happened) {
        return new Check(
                "and no write of the client failed or has an unknown outcome",
                happened.failed() == 0,
                String.format(Locale.ROOT, "%d; it waited %.0f ms", happened.failed(), happened.gapMillis()));
    }
}
