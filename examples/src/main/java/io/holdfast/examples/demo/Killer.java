package io.holdfast.examples.demo;

import io.holdfast.examples.demo.FeedStatus.Gap;
import io.holdfast.examples.demo.NodeGroup.Master;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Kills masters: at moments spread evenly over the input, by acknowledged lines, and never before the cluster has healed
 * from the kill before, because two dead nodes of three are one too many for any cluster. Some of the victims lose their
 * directories as well, evenly spread over the kills.
 */
final class Killer {
    private final NodeGroup nodes;
    private final FeedControl feed;
    private final Display display;
    private final long lines;
    private final int planned;
    private final int losses;
    private final Map<Integer, String> victims = new LinkedHashMap<>();
    private int done;

    Killer(NodeGroup nodes, FeedControl feed, Display display, long lines, int kills, int losses) {
        this.nodes = nodes;
        this.feed = feed;
        this.display = display;
        this.lines = lines;
        this.planned = kills;
        this.losses = losses;
        nodes.onUnexpectedDeath(this::somebodyElseKilled);
    }

    /** At how many acknowledged lines the next kill falls; -1 if there is none. */
    long nextMoment() {
        return done == planned ? -1 : lines * (done + 1) / (planned + 1);
    }

    /** Kills, if it is time. */
    void killIfDue(boolean healthy) throws IOException, InterruptedException {
        FeedStatus status = feed.status();
        boolean due = done < planned && status.acknowledged() >= nextMoment();
        boolean measured = status.gaps().size() == victims.size();
        Master master = nodes.master();
        if (due && healthy && measured && master != null && !status.finished()) {
            kill(master, status);
        }
    }

    private void kill(Master master, FeedStatus status) throws IOException, InterruptedException {
        done++;
        int number = victims.size() + 1;
        NodeSlot victim = master.slot();
        display.event(String.format(
                Locale.ROOT,
                "%s   # %s, master of term %d, at line %,d of %,d",
                victim.killCommand(),
                victim.id(),
                master.status().term(),
                status.acknowledged(),
                lines));
        victims.put(number, victim.id());
        feed.process().tell("killing " + number);
        victim.kill();
        feed.process().tell("killed " + number);
        if ((done - 1) * losses % planned
                < losses) { // the first of them early: the next masters' deaths show what it is worth
            display.event("rm -r " + victim.directory() + "   # " + victim.id() + " loses its disk");
            DataDirectory.deleteTree(victim.directory());
        }
        nodes.killed(victim);
    }

    private void somebodyElseKilled(NodeSlot victim) {
        if (feed.isStarted() && feed.process().isAlive() && !feed.status().finished()) {
            int number = victims.size() + 1;
            victims.put(number, victim.id() + ", unasked");
            feed.process().tell("killing " + number);
            feed.process().tell("killed " + number);
        }
    }

    /** How many kills that were asked for did not happen. */
    int missed() {
        return planned - done;
    }

    /** What the client saw, as lines to print; none if nobody was killed. */
    List<String> report(List<Gap> gaps) {
        List<String> report = new ArrayList<>();
        for (Gap gap : gaps) {
            report.add(String.format(
                    Locale.ROOT,
                    "kill %d (%s): the client waited %.0f ms for its next acknowledgement",
                    gap.kill(),
                    victims.getOrDefault(gap.kill(), "?"),
                    gap.micros() / 1e3));
        }
        if (!gaps.isEmpty()) {
            List<Long> sorted = gaps.stream().map(Gap::micros).sorted().toList();
            double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2.0;
            report.add(String.format(
                    Locale.ROOT,
                    "gap: median %.0f ms, worst %.0f ms",
                    median / 1e3,
                    sorted.get(sorted.size() - 1) / 1e3));
        }
        return report;
    }
}
