package io.holdfast.examples.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts where requests go, and how many still go to a node from when its process is known to be dead until it serves again. Safe
 * from any thread.
 */
final class DeathWatch {
    /**
     * What became of one death.
     *
     * @param kill the kill's number
     * @param node which node
     * @param toIt requests that were sent to it while it was dead
     * @param all requests that were sent meanwhile, wherever to
     * @param lastMicros how long after its death the last of them went to it; 0 if none did
     * @param micros how long it was dead, so far
     */
    record Death(int kill, String node, long toIt, long all, long lastMicros, long micros) {}

    private static final class Open {
        private final int kill;
        private final long began;
        private long toIt;
        private long all;
        private long last;

        Open(int kill, long began) {
            this.kill = kill;
            this.began = began;
            this.last = began;
        }

        Death until(String node, long now) {
            return new Death(kill, node, toIt, all, (last - began) / 1_000, (now - began) / 1_000);
        }
    }

    private final Map<String, Long> requests = new LinkedHashMap<>();
    private final Map<String, Open> dead = new LinkedHashMap<>();
    private final List<Death> over = new ArrayList<>();

    /** Its process is dead. */
    synchronized void killed(int kill, String node, long now) {
        dead.put(node, new Open(kill, now));
    }

    /** It serves again; no effect if it was not dead. */
    synchronized void back(String node, long now) {
        Open open = dead.remove(node);
        if (open != null) {
            over.add(open.until(node, now));
        }
    }

    /** A request leaves. */
    synchronized void sent(String node, long now) {
        requests.merge(node, 1L, Long::sum);
        dead.values().forEach(each -> each.all++);
        Open its = dead.get(node);
        if (its != null) {
            its.toIt++;
            its.last = now;
        }
    }

    /** How many have been sent to each node. */
    synchronized Map<String, Long> requests() {
        return new LinkedHashMap<>(requests);
    }

    /** By the order in which they ended; those that are not over come last. */
    synchronized List<Death> deaths(long now) {
        List<Death> all = new ArrayList<>(over);
        dead.forEach((node, open) -> all.add(open.until(node, now)));
        return all;
    }
}
