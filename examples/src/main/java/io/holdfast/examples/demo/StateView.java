package io.holdfast.examples.demo;

import io.holdfast.examples.demo.NodeGroup.Master;
import java.util.List;
import java.util.Locale;

/** The state of the run in a few words. */
final class StateView {
    private StateView() {}

    static List<String> lines(NodeGroup nodes, FeedStatus feed, long total) {
        return List.of(
                head(nodes, feed),
                lags(nodes),
                String.format(
                        Locale.ROOT,
                        "acknowledged %,d of %,d%s",
                        feed.acknowledged(),
                        total,
                        feed.unknown() > 0 ? ", unknown " + feed.unknown() : ""));
    }

    private static String head(NodeGroup nodes, FeedStatus feed) {
        Master master = nodes.master();
        String who = master == null
                ? "no master"
                : String.format(
                        Locale.ROOT,
                        "master %s  term %d  commit %,d",
                        master.slot().id(),
                        master.status().term(),
                        master.status().commit());
        return String.format(Locale.ROOT, "%s  %,d writes/s", who, feed.perSecond());
    }

    private static String lags(NodeGroup nodes) {
        Master master = nodes.master();
        StringBuilder text = new StringBuilder("lag");
        for (NodeSlot slot : nodes.slots()) {
            if (master != null && master.slot().id().equals(slot.id())) {
                continue;
            }
            String state;
            if (!slot.isAlive()) {
                state = "dead";
            } else if (slot.status() == null) {
                state = slot.isStarting() ? "starting" : "silent";
            } else if (master == null) {
                state = "?";
            } else {
                state = VerdictTable.grouped(
                        slot.lag(master.status().matches(), master.status().last()));
            }
            text.append(' ').append(slot.id()).append('=').append(state);
        }
        return text.toString();
    }
}
