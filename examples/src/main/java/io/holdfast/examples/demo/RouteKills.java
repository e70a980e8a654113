package io.holdfast.examples.demo;

import io.holdfast.examples.demo.DeathWatch.Death;
import io.holdfast.examples.demo.FeedStatus.Gap;
import io.holdfast.examples.demo.NodeGroup.Master;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Kills masters while callers call, and says what that cost them. For one thread. */
final class RouteKills {
    private final NodeGroup nodes;
    private final RouteCallers callers;
    private final Display display;
    private final Path data;
    /** By the kill's number. */
    private final Map<Integer, String> victims = new LinkedHashMap<>();
    /** Those whose process has not been seen to serve since they were killed. */
    private final List<NodeSlot> dead = new ArrayList<>();

    RouteKills(NodeGroup nodes, RouteCallers callers, Display display, Path data) {
        this.nodes = nodes;
        this.callers = callers;
        this.display = display;
        this.data = data;
        nodes.onUnexpectedDeath(slot -> {
            killing(slot.id() + ", unasked");
            isDead(slot);
        });
    }

    /**
     * The master is killed.
     *
     * @param moment which one that is, for people
     */
    void kill(String moment) throws IOException, InterruptedException {
        Master master = nodes.master();
        if (master == null) {
            throw new DemoFailure("the master was lost; see the logs in " + data);
        }
        NodeSlot victim = master.slot();
        display.event(String.format(
                Locale.ROOT,
                "%s   # %s, master of term %d, %s",
                victim.killCommand(),
                victim.id(),
                master.status().term(),
                moment));
        killing(victim.id());
        victim.kill();
        isDead(victim);
        nodes.killed(victim);
    }

    private void killing(String label) {
        if (callers.isStarted()) {
            victims.put(victims.size() + 1, label);
            callers.process().tell("killing " + victims.size());
        }
    }

    private void isDead(NodeSlot slot) {
        if (callers.isStarted()) {
            callers.process().tell("killed " + victims.size() + " " + slot.id());
            dead.add(slot);
        }
    }

    /** Looks whether victims serve again. */
    void tick() {
        dead.removeIf(slot -> {
            boolean serves = slot.status() != null;
            if (serves) {
                callers.process().tell("back " + slot.id());
            }
            return serves;
        });
    }

    /** True if all victims serve again, and what each kill cost is known. */
    boolean areOver() {
        return dead.isEmpty() && callers.status().gaps().size() == victims.size();
    }

    /** True while one is dead. */
    boolean isOneDead() {
        return !dead.isEmpty();
    }

    /** What each of them cost, as the callers said last. */
    List<String> report(RouteStatus last) {
        List<String> report = new ArrayList<>();
        for (Map.Entry<Integer, String> victim : victims.entrySet()) {
            int kill = victim.getKey();
            double gap = last.gaps().stream()
                    .filter(each -> each.kill() == kill)
                    .mapToLong(Gap::micros)
                    .max()
                    .orElse(0);
            for (Death death : last.deaths()) {
                if (death.kill() == kill) {
                    report.add(String.format(
                            Locale.ROOT,
                            "kill %d (%s): writers waited %.0f ms; of %,d requests in the %.1f s until it served again"
                                    + " %,d went to it, the last after %.1f s",
                            kill,
                            victim.getValue(),
                            gap / 1e3,
                            death.all(),
                            death.micros() / 1e6,
                            death.toIt(),
                            death.lastMicros() / 1e6));
                }
            }
        }
        return report;
    }
}
