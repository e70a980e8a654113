package io.holdfast.integrations.election;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.integrations.election.ElectionView.Held;
import io.holdfast.integrations.election.ElectionView.Run;
import io.holdfast.integrations.election.ElectionView.Stand;
import io.holdfast.integrations.election.StoreHealth.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What node-1 sees, as a test says it: leases of 10 s with a drift of 1 s, and it is {@link #NOW}. */
final class Views {
    static final long MILLI = 1_000_000L;
    static final long NOW = 1_000_000 * MILLI;
    static final long LEASE_NANOS = 10_000 * MILLI;
    static final String STORE = "etcd at here";

    private final List<Run> runs = new ArrayList<>();
    private final SortedMap<String, Held> roles = new TreeMap<>();
    private final SortedMap<String, Stand> stands = new TreeMap<>();
    private boolean everRead = true;
    private String complaint = "";

    /** The store has answered a moment ago. */
    static Reach reached() {
        return new Reach(true, false, NOW - 100 * MILLI, 0, "");
    }

    /** It has not since then. */
    static Reach awayFor(long millis) {
        return new Reach(true, true, NOW - millis * MILLI, 3, "ConnectException: refused");
    }

    Views unread() {
        everRead = false;
        return this;
    }

    Views complains(String what) {
        complaint = what;
        return this;
    }

    /** A node that renewed its record a moment ago, and stands for these. */
    Views lives(String node, Health health, String... standsFor) {
        return run(node, health, 200, standsFor);
    }

    /** One that did so the last time that long ago. */
    Views run(String node, Health health, long silentMillis, String... standsFor) {
        return run(node, health, silentMillis, true, standsFor);
    }

    /** One whose record has been there since this node read it first. */
    Views found(String node, Health health, String... standsFor) {
        return run(node, health, 200, false, standsFor);
    }

    private Views run(String node, Health health, long silentMillis, boolean moves, String... standsFor) {
        SortedMap<String, NodeRecord.Bid> bids = new TreeMap<>();
        for (String role : standsFor) {
            boolean paused = role.startsWith("-");
            bids.put(paused ? role.substring(1) : role, new NodeRecord.Bid(0, paused));
        }
        NodeRecord record = new NodeRecord(node, new Address(node, 7400), 1, 10_000, 1_000, health, bids);
        long moved = NOW - silentMillis * MILLI;
        runs.add(new Run(node + "-run", record, moves, moved, moved + 6_000 * MILLI, moved + 11_000 * MILLI));
        if (node.equals("node-1")) {
            bids.forEach((role, bid) -> stands.put(role, new Stand(null, bid.paused())));
        }
        return this;
    }

    /** By the run of that node that is there, or else by one that is gone. */
    Views holds(String node, String role) {
        boolean live = runs.stream().anyMatch(run -> run.node().equals(node));
        return held(node + "-run", node, role, true, live, live ? SeenRole.NEVER : NOW + 400 * MILLI);
    }

    /** By a run of the node before the one that is there. */
    Views held(String run, String node, String role, boolean held, boolean live, long freeNanos) {
        roles.put(role, new Held(new RoleRecord(FencingToken.of(0, 7), held, node, run, 5_000, ""), live, freeNanos));
        return this;
    }

    /** What is written there is no record. */
    Views unreadable(String role) {
        roles.put(role, new Held(null, false, SeenRole.NEVER));
        return this;
    }

    /** This node has a grant of it. */
    Views granted(String role) {
        stands.put(role, new Stand(FencingToken.of(0, 7), false));
        return holds("node-1", role);
    }

    Views stands(String role) {
        stands.put(role, new Stand(null, false));
        return this;
    }

    ElectionView view() {
        return new ElectionView(
                "node-1", "node-1-run", everRead, NOW + 8_000 * MILLI, stands, List.copyOf(runs), roles, complaint);
    }
}
