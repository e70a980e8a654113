package io.holdfast.integrations.election;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.Health;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.integrations.election.ElectionView.Held;
import io.holdfast.integrations.election.ElectionView.Run;
import io.holdfast.integrations.election.ElectionView.Stand;
import io.holdfast.integrations.election.StoreHealth.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why nobody is master, or holds a role that this node stands for. Of a role that a live node holds it says nothing, since the
 * cluster does. A function of what is known.
 */
final class ElectionExplainer {
    /** Nodes that one finding names; of more it says how many. */
    private static final int MOST_NAMED = 20;

    private static final long MILLI = 1_000_000L;

    private final ElectionView view;
    private final Reach reach;
    private final String store;
    private final long leaseNanos;
    private final long nowNanos;

    private ElectionExplainer(ElectionView view, Reach reach, String store, long leaseNanos, long nowNanos) {
        this.view = view;
        this.reach = reach;
        this.store = store;
        this.leaseNanos = leaseNanos;
        this.nowNanos = nowNanos;
    }

    /** @param store what and where it is, for people */
    static List<Finding> explain(ElectionView view, Reach reach, String store, long leaseNanos, long nowNanos) {
        return new ElectionExplainer(view, reach, store, leaseNanos, nowNanos).all();
    }

    private List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        findings.add(reached());
        if (!view.complaint().isEmpty()) {
            findings.add(new Finding(
                    "election",
                    State.BROKEN,
                    view.complaint(),
                    "set the same epoch on all nodes, and start them again"));
        }
        TreeSet<String> roles = new TreeSet<>(view.stands().keySet());
        roles.add(ElectionEngine.MASTER);
        for (String role : roles) {
            Finding finding = role(role);
            if (finding != null) {
                findings.add(finding);
            }
        }
        return findings;
    }

    private Finding reached() {
        long age = nowNanos - reach.answeredNanos();
        boolean lapsed = age >= leaseNanos;
        if (reach.failing()) {
            return new Finding(
                    "election store",
                    lapsed ? State.BROKEN : State.WAITING,
                    store + " has not answered for " + age / MILLI + " ms, in " + reach.failures()
                            + " failed requests: "
                            + reach.problem() + "; "
                            + (lapsed
                                    ? "whatever this node held has ended"
                                    : "what this node holds ends " + left(reach.answeredNanos() + leaseNanos)
                                            + " from now at the latest"),
                    "see whether the store runs, whether it is reached from here, and whether it lets this node in");
        }
        if (!reach.everAnswered()) {
            return new Finding("election store", State.WAITING, store + " has not answered yet");
        }
        List<String> nodes = new ArrayList<>();
        view.latest().forEach((id, run) -> nodes.add(id + " (" + howIs(run) + ")"));
        return new Finding(
                "election store",
                State.OK,
                store + " answers; it has records of " + (nodes.isEmpty() ? "nobody" : names(nodes)));
    }

    private String howIs(Run run) {
        return run.isAwake(nowNanos)
                ? run.record().health().name()
                : "silent for " + (nowNanos - run.movedNanos()) / MILLI + " ms";
    }

    private @Nullable Finding role(String role) {
        Stand mine = view.stands().get(role);
        if (mine != null && mine.granted() != null && nowNanos - view.validUntilNanos() < 0) {
            return null; // the cluster says how it is with its callbacks
        }
        if (!view.everRead()) {
            return mine == null
                    ? null
                    : finding(role, State.WAITING, "nobody is given it before " + store + " has been read");
        }
        Held held = view.roles().get(role);
        if (reach.failing()) {
            return held == null && mine == null ? null : finding(role, State.WAITING, whileAway(held));
        }
        if (held != null && held.record() == null) {
            return finding(
                    role,
                    State.BROKEN,
                    "its record in " + store + " cannot be read, so that nobody takes it",
                    "see what is written there; it may be of a later release");
        }
        RoleRecord record = held == null ? null : held.record();
        if (held != null && record != null && held.live()) {
            return held(role, record);
        }
        if (held != null && record != null && held.freeNanos() - nowNanos > 0) {
            return finding(
                    role,
                    State.WAITING,
                    was(record) + ", which is gone; its callbacks may run for " + left(held.freeNanos())
                            + " more (its stopWithin and the drift), and then it is free");
        }
        return free(role, held);
    }

    private String whileAway(@Nullable Held held) {
        RoleRecord record = held == null ? null : held.record();
        return store + " does not answer, and nobody is given anything without it"
                + (record == null || !record.held() ? "" : "; when it was read last, " + was(record));
    }

    private static String was(RoleRecord record) {
        return "it was held by " + record.node() + " with token " + record.token();
    }

    private @Nullable Finding held(String role, RoleRecord record) {
        Run run = view.run(record.incarnation());
        boolean formerSelf =
                record.node().equals(view.node()) && !record.incarnation().equals(view.incarnation());
        if (run == null || (run.isAwake(nowNanos) && !formerSelf)) {
            return null; // the cluster says so
        }
        return finding(
                role,
                State.WAITING,
                was(record) + (formerSelf ? ", in its former run" : "") + ", which has not renewed for "
                        + (nowNanos - run.movedNanos()) / MILLI + " ms: if it stays silent, it counts as gone in "
                        + left(run.expiresNanos()) + " (its lease and the drift), and its callbacks may run for "
                        + (record.stopWithinMillis() + run.record().driftMillis())
                        + " ms after that (its stopWithin and the drift)");
    }

    private Finding free(String role, @Nullable Held held) {
        List<Run> standing = new ArrayList<>();
        for (Run run : view.latest().values()) {
            if (run.isAwake(nowNanos) && run.record().roles().containsKey(role)) {
                standing.add(run);
            }
        }
        if (standing.isEmpty()) {
            return nobodyStands(role, held);
        }
        if (!view.complaint().isEmpty()) {
            return finding(role, State.BROKEN, "nobody holds it, and this node takes nothing: see election");
        }
        String all = names(standing.stream().map(Run::node).toList());
        if (standing.stream().allMatch(run -> isPaused(run, role))) {
            return finding(
                    role,
                    State.WAITING,
                    "nobody holds it: whoever stands for it has just given it up, and rests for a while: " + all);
        }
        if (standing.stream().allMatch(run -> run.record().health() == Health.DOWN)) {
            return finding(
                    role,
                    State.WAITING,
                    "nobody holds it: all that stand for it are DOWN, and one of them takes it all the same: " + all,
                    "see why they are DOWN: ha explain --all");
        }
        return finding(role, State.WAITING, "nobody holds it; it is free, and one of these takes it: " + all);
    }

    private static boolean isPaused(Run run, String role) {
        NodeRecord.Bid bid = run.record().roles().get(role);
        return bid != null && bid.paused();
    }

    private Finding nobodyStands(String role, @Nullable Held held) {
        if (view.stands().containsKey(role)) {
            return finding(role, State.WAITING, "nobody holds it; this node is about to say that it stands for it");
        }
        if (held == null) {
            return finding(role, State.OK, "no node has stood for it yet");
        }
        RoleRecord last = held.record();
        return finding(
                role,
                State.BROKEN,
                "nobody holds it, and no node that lives stands for it"
                        + (last == null ? "" : "; the last was " + last.node() + " with token " + last.token()),
                "start a node that stands for it");
    }

    private String left(long atNanos) {
        return Math.max(0, atNanos - nowNanos) / MILLI + " ms";
    }

    private static Finding finding(String role, State state, String reason) {
        return finding(role, state, reason, "");
    }

    private static Finding finding(String role, State state, String reason, String whatToDo) {
        return new Finding(role.equals(ElectionEngine.MASTER) ? role : "role " + role, state, reason, whatToDo);
    }

    private static String names(List<String> names) {
        String first = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMED ? first + " and " + (names.size() - MOST_NAMED) + " more" : first;
    }
}
