package io.holdfast.integrations.election;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.integrations.election.ElectionView.Run;
import io.holdfast.integrations.election.StoreHealth.Reach;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What operators see of elections on a store. Safe from any thread. */
final class StoreInspection implements Inspectable {
    /** Of each an answer lists so many, by name: it has to stay small, also with those of all nodes in one. */
    static final int MOST_ROLES = 300;

    static final int MOST_RUNS = 200;

    private static final long SLACK_NANOS = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final String engine;
    private final String where;
    private final ElectionTiming timing;
    private final Supplier<ElectionView> view;
    private final Supplier<Reach> reach;
    private final LongSupplier nanoTime;

    /**
     * Makes one.
     *
     * @param engine a word, such as {@code etcd}
     * @param where the store is, for people, without secrets
     * @param nanoTime the node's clock
     */
    StoreInspection(
            String engine,
            String where,
            ElectionTiming timing,
            Supplier<ElectionView> view,
            Supplier<Reach> reach,
            LongSupplier nanoTime) {
        this.engine = engine;
        this.where = where;
        this.timing = timing;
        this.view = view;
        this.reach = reach;
        this.nanoTime = nanoTime;
    }

    private String store() {
        return engine + " at " + where;
    }

    @Override
    public Map<String, Object> inspect() {
        ElectionView seen = view.get();
        Reach now = reach.get();
        long nanos = nanoTime.getAsLong();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("engine", engine);
        status.put("store", where);
        status.put("storeReached", now.everAnswered() && !now.failing());
        status.put("silentMillis", (nanos - now.answeredNanos()) / MILLI);
        status.put("failedRequests", now.failures());
        status.put("problem", now.problem().isEmpty() ? seen.complaint() : now.problem());
        status.put("run", seen.incarnation());
        status.put(
                "standsFor", seen.stands().keySet().stream().limit(MOST_ROLES).toList());
        boolean known =
                nanos - now.answeredNanos() < timing.lease().toNanos(); // else whoever held something may have lost it
        status.put("roles", known ? roles(seen) : Map.of());
        status.put("nodes", runs(seen, nanos));
        return status;
    }

    /** Of the roles that somebody holds. */
    private static Map<String, Object> roles(ElectionView seen) {
        Map<String, Object> roles = new LinkedHashMap<>();
        for (String name : seen.roles().keySet()) {
            RoleRecord holder = seen.holder(name);
            if (holder != null && roles.size() < MOST_ROLES) {
                Map<String, Object> role = new LinkedHashMap<>();
                role.put("node", holder.node());
                role.put("token", holder.token().value());
                role.put("run", holder.incarnation());
                roles.put(name, role);
            }
        }
        return roles;
    }

    private static List<Map<String, Object>> runs(ElectionView seen, long nowNanos) {
        List<Map<String, Object>> runs = new ArrayList<>();
        for (Run run : seen.runs()) {
            if (runs.size() >= MOST_RUNS) {
                break;
            }
            Map<String, Object> one = new LinkedHashMap<>();
            Address address = run.record().address();
            one.put("node", run.node());
            one.put("run", run.incarnation());
            one.put("address", address == null ? "" : address.toString());
            one.put("health", run.record().health().name());
            one.put("renews", run.isAwake(nowNanos));
            one.put("silentMillis", (nowNanos - run.movedNanos()) / MILLI);
            one.put("standsFor", run.record().roles().size());
            runs.add(one);
        }
        return runs;
    }

    @Override
    public List<Finding> explain() {
        return ElectionExplainer.explain(
                view.get(), reach.get(), store(), timing.lease().toNanos(), nanoTime.getAsLong());
    }

    @Override
    public SafeToStop safeToStop(String nodeId) {
        long fresh = timing.poll().toNanos() + 2 * timing.requestTimeout().toNanos() + SLACK_NANOS;
        return StopDecision.decide(view.get(), reach.get(), store(), fresh, nodeId, nanoTime.getAsLong());
    }

    /** Those whose records say where they are reached. */
    @Override
    public Map<String, Address> nodes() {
        SortedMap<String, Address> nodes = new TreeMap<>();
        view.get().latest().forEach((id, run) -> {
            Address address = run.record().address();
            if (address != null) {
                nodes.put(id, address);
            }
        });
        return nodes;
    }
}
