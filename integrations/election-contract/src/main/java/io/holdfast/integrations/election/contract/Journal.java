package io.holdfast.integrations.election.contract;

import io.holdfast.core.Grant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the callbacks of all nodes have seen, in the order in which it happened: one lock and one clock for all. */
final class Journal {
    /** One grant, and what was wrong when it began. */
    static final class Entry {
        final String node;
        final Grant grant;
        final List<String> overlaps = new ArrayList<>();
        final long beganNanos = System.nanoTime();
        long endedNanos;
        boolean ended;

        Entry(String node, Grant grant) {
            this.node = node;
            this.grant = grant;
        }

        @Override
        public String toString() {
            return node + " " + grant + (ended ? " ended" : " open") + overlaps;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> standingStill = new HashSet<>();

    /**
     * A node that stands still, and until its callback has ended also one that has just gone on, is kept from harm by its token
     * alone; and whoever looked at its grant would stand still, too.
     */
    synchronized void standsStill(String node, boolean does) {
        if (does) {
            standingStill.add(node);
        } else {
            standingStill.remove(node);
        }
    }

    /** A callback begins. Whatever else holds the role must have ended, or overrun what it was allowed. */
    synchronized Entry begin(String node, Grant grant) {
        Entry entry = new Entry(node, grant);
        for (Entry other : entries) {
            if (!other.grant.role().equals(grant.role())) {
                continue;
            }
            if (other.grant.token().compareTo(grant.token()) >= 0) {
                entry.overlaps.add(other + " has no smaller token");
            }
            if (standingStill.contains(other.node)) {
                continue;
            }
            if (other.grant.isValid()) {
                entry.overlaps.add(other + " is still valid");
            }
            if (!other.ended) {
                entry.overlaps.add(other + " has callbacks that still run");
            }
        }
        entries.add(entry);
        notifyAll();
        return entry;
    }

    synchronized void end(Entry entry) {
        entry.ended = true;
        entry.endedNanos = System.nanoTime();
        notifyAll();
    }

    synchronized List<Entry> of(String role) {
        return entries.stream().filter(e -> e.grant.role().equals(role)).collect(Collectors.toList());
    }

    /** The latest grant of a role, of which there was one. */
    synchronized Entry last(String role) {
        List<Entry> all = of(role);
        return all.get(all.size() - 1);
    }

    /** Waits until the latest grant of a role is like that. */
    synchronized Entry await(String role, long limitNanos, String what, Predicate<Entry> latest)
            throws InterruptedException {
        long deadline = System.nanoTime() + limitNanos;
        while (true) {
            List<Entry> all = of(role);
            if (!all.isEmpty() && latest.test(all.get(all.size() - 1))) {
                return all.get(all.size() - 1);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("in vain for " + what + " of role " + role + "; seen: " + all);
            }
            wait(Math.max(1, Math.min(50, left / 1_000_000)));
        }
    }

    synchronized List<String> overlaps() {
        return entries.stream()
                .flatMap(e -> e.overlaps.stream().map(o -> e + ": " + o))
                .collect(Collectors.toList());
    }
}
