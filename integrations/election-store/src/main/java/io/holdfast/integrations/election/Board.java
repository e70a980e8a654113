package io.holdfast.integrations.election;

import io.holdfast.core.RoleHolder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node has seen of the records, and since when: a holder counts as gone only after its record has been seen unchanged for
 * its lease and the drift, by this node's own clock, so that no clock of another machine matters (as in client-go's leader
 * election).
 */
final class Board {
    private final RecordJson json;
    private final long leaseNanos;
    private final long driftNanos;
    private final SortedMap<String, SeenNode> nodes = new TreeMap<>();
    private final SortedMap<String, SeenRole> roles = new TreeMap<>();
    /** The same records, as they came: what did not change is not parsed again. */
    private final Map<String, StoredRecord> stored = new HashMap<>();

    Board(RecordJson json, long leaseNanos, long driftNanos) {
        this.json = json;
        this.leaseNanos = leaseNanos;
        this.driftNanos = driftNanos;
    }

    /** Takes in what was read. */
    void update(List<StoredRecord> records, long nowNanos) {
        Set<String> there = new HashSet<>();
        for (StoredRecord record : records) {
            there.add(record.key());
            if (!record.equals(stored.get(record.key()))) {
                see(record, nowNanos);
            }
        }
        nodes.keySet().removeIf(incarnation -> !there.contains(RecordStore.NODES + incarnation));
        for (Map.Entry<String, SeenRole> entry : roles.entrySet()) {
            SeenRole role = entry.getValue();
            if (role.version > 0 && !there.contains(RecordStore.ROLES + entry.getKey())) {
                entry.setValue(lost(role, nowNanos));
            }
        }
        stored.keySet().retainAll(there);
        roles.values().forEach(role -> look(role, nowNanos));
    }

    /** A change of this node's own has been confirmed. */
    void changed(Change change, long nowNanos) {
        if (change instanceof Change.Put put) {
            see(new StoredRecord(put.key(), put.expected() + 1, put.value()), nowNanos);
        } else {
            stored.remove(change.key());
            if (change.key().startsWith(RecordStore.NODES)) {
                nodes.remove(change.key().substring(RecordStore.NODES.length()));
            }
        }
        roles.values().forEach(role -> look(role, nowNanos));
    }

    private void see(StoredRecord record, long nowNanos) {
        String key = record.key();
        stored.put(key, record);
        if (key.startsWith(RecordStore.NODES)) {
            String incarnation = key.substring(RecordStore.NODES.length());
            NodeRecord content = json.readNode(record.value());
            SeenNode seen = nodes.get(incarnation);
            if (seen == null) {
                nodes.put(incarnation, new SeenNode(incarnation, record, content, leaseNanos + driftNanos, nowNanos));
            } else {
                seen.see(record, content, nowNanos);
            }
        } else if (key.startsWith(RecordStore.ROLES)) {
            RoleRecord content = json.readRole(record.value());
            boolean free = content != null && !content.held();
            roles.put(
                    key.substring(RecordStore.ROLES.length()),
                    new SeenRole(record.version(), content, free ? nowNanos : SeenRole.NEVER));
        }
    }

    /** Somebody has deleted a role's record: whoever held it notices, and we wait as if it never did. */
    private SeenRole lost(SeenRole role, long nowNanos) {
        RoleRecord last = role.record;
        long stop = last == null ? RecordJson.MOST_MILLIS * 1_000_000L : last.stopWithinMillis() * 1_000_000L;
        RoleRecord given = last == null
                ? null
                : new RoleRecord(last.token(), false, last.node(), last.incarnation(), last.stopWithinMillis(), "");
        return new SeenRole(0, given, nowNanos + leaseNanos + driftNanos + stop);
    }

    private void look(SeenRole role, long nowNanos) {
        RoleRecord record = role.record;
        if (record == null || !record.held()) {
            return;
        }
        if (nodes.containsKey(record.incarnation())) {
            role.holderSeen();
        } else {
            role.holderMissed(nowNanos, record.stopWithinMillis() * 1_000_000L + driftNanos);
        }
    }

    Collection<SeenNode> nodes() {
        return nodes.values();
    }

    @Nullable
    SeenNode node(String incarnation) {
        return nodes.get(incarnation);
    }

    SortedMap<String, SeenRole> roles() {
        return roles;
    }

    /** A role as it was last seen; one that was never there is free. */
    SeenRole role(String role, long nowNanos) {
        return roles.computeIfAbsent(role, name -> new SeenRole(0, null, nowNanos));
    }

    /** Who else stands for a role, each node once; of several runs of one node that which wrote last. */
    List<Candidate> others(String role, String ownNode, long nowNanos) {
        Map<String, SeenNode> latest = new TreeMap<>();
        for (SeenNode seen : nodes.values()) {
            NodeRecord record = seen.record();
            if (record != null && seen.isAwake(nowNanos) && !record.node().equals(ownNode)) {
                latest.merge(record.node(), seen, (a, b) -> a.expiresNanos() - b.expiresNanos() >= 0 ? a : b);
            }
        }
        List<Candidate> others = new ArrayList<>();
        latest.forEach((node, seen) -> {
            NodeRecord record = seen.record();
            NodeRecord.Bid bid = record == null ? null : record.roles().get(role);
            if (record != null && bid != null) {
                others.add(
                        new Candidate(node, record.health(), bid.priority(), bid.paused(), seen.settledFor(nowNanos)));
            }
        });
        return others;
    }

    /** How many roles each node holds. */
    Map<String, Integer> load() {
        Map<String, Integer> load = new HashMap<>();
        for (SeenRole role : roles.values()) {
            RoleRecord record = role.record;
            if (record != null && record.held() && nodes.containsKey(record.incarnation())) {
                load.merge(record.node(), 1, Integer::sum);
            }
        }
        return load;
    }

    /** All runs of nodes whose records can be read. */
    List<ElectionView.Run> seenNodes() {
        List<ElectionView.Run> runs = new ArrayList<>();
        for (SeenNode seen : nodes.values()) {
            NodeRecord record = seen.record();
            if (record != null) {
                runs.add(new ElectionView.Run(
                        seen.incarnation,
                        record,
                        seen.moves(),
                        seen.movedNanos(),
                        seen.awakeUntilNanos(),
                        seen.expiresNanos()));
            }
        }
        return List.copyOf(runs);
    }

    /** All roles that have had a holder. */
    SortedMap<String, ElectionView.Held> seenRoles() {
        SortedMap<String, ElectionView.Held> seen = new TreeMap<>();
        roles.forEach((name, role) -> {
            RoleRecord record = role.record;
            if (role.version > 0 || record != null) {
                boolean there = record != null && record.held() && nodes.containsKey(record.incarnation());
                seen.put(name, new ElectionView.Held(record, there, role.freeNanos()));
            }
        });
        return Collections.unmodifiableSortedMap(seen);
    }

    /** Who holds what. */
    Map<String, RoleHolder> holders() {
        Map<String, RoleHolder> holders = new HashMap<>();
        roles.forEach((name, role) -> {
            RoleRecord record = role.record;
            if (record != null && record.held() && nodes.containsKey(record.incarnation())) {
                holders.put(name, new RoleHolder(record.node(), record.token()));
            }
        });
        return Map.copyOf(holders);
    }
}
