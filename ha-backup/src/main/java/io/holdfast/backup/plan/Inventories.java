package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.BackupId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What all layers hold together, and so what each of them lacks and has too much of. */
final class Inventories {
    private final Map<BackupId, Entry> union;

    private Inventories(Map<BackupId, Entry> union) {
        this.union = union;
    }

    /** Of what is known of them. A backup is good if one of its copies is. */
    static Inventories of(Collection<LayerState> layers) {
        Map<BackupId, Entry> union = new TreeMap<>();
        for (LayerState layer : layers) {
            for (Entry entry : layer.entries()) {
                union.merge(entry.id(), entry, (one, other) -> one.good() ? one : other);
            }
        }
        return new Inventories(union);
    }

    Collection<Entry> all() {
        return union.values();
    }

    /** What that layer would keep, had it all there is. */
    RetentionPlan plan(LayerState layer, Moment now) {
        return RetentionPlan.of(layer.plan.retention(), union.values(), now.instant());
    }

    /**
     * What that layer lacks, newest first, but what another one needs before that; and what it has too much of, in the order of deleting.
     * What one layer has lost is no reason for throwing away in another: only what its policy lets go, both of what it has itself and of
     * what all have, goes.
     */
    void compare(LayerState layer, Moment now) {
        RetentionPlan wanted = plan(layer, now);
        Set<BackupId> lacks = new LinkedHashSet<>();
        union.values().stream()
                .sorted(Comparator.comparing(Entry::id).reversed())
                .filter(entry -> entry.good() && wanted.wants(entry.id()) && !layer.has(entry.id()))
                .forEach(entry -> addWithNeeds(entry, layer, lacks, new HashSet<>()));
        if (lacks.isEmpty() || layer.lacks.isEmpty()) {
            layer.lacksSince = now.nanos();
        }
        layer.lacks = List.copyOf(lacks);
        RetentionPlan own = RetentionPlan.of(layer.plan.retention(), layer.entries(), now.instant());
        layer.surplus = own.deletions().stream().filter(id -> !wanted.keeps(id)).toList();
    }

    private void addWithNeeds(Entry entry, LayerState layer, Set<BackupId> lacks, Set<BackupId> onTheWay) {
        if (layer.has(entry.id()) || lacks.contains(entry.id()) || !onTheWay.add(entry.id())) {
            return;
        }
        for (BackupId need : entry.needs()) {
            Entry needed = union.get(need);
            if (needed != null && needed.good()) {
                addWithNeeds(needed, layer, lacks, onTheWay);
            }
        }
        lacks.add(entry.id());
    }

    /** What of a layer's surplus may go now: nothing that is being read, and nothing that what stays needs. */
    static List<BackupId> deletable(LayerState layer, Set<BackupId> beingRead, int most) {
        Map<BackupId, Integer> needing = new HashMap<>();
        layer.entries().forEach(entry -> entry.needs().forEach(need -> needing.merge(need, 1, Integer::sum)));
        List<BackupId> going = new ArrayList<>();
        for (BackupId id : layer.surplus) {
            Entry entry = layer.entry(id);
            boolean free = entry != null && needing.getOrDefault(id, 0) == 0 && !beingRead.contains(id);
            if (entry != null && free && going.size() < most) {
                going.add(id);
                entry.needs().forEach(need -> needing.merge(need, -1, Integer::sum));
            }
        }
        return going;
    }
}
