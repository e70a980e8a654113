package io.holdfast.backup.plan;

import io.holdfast.backup.PruneReport;
import io.holdfast.backup.PruneVerdict;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.plan.RetentionPlan.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says what goes and why the others stay, of what the planner has decided: what is told is what is done. */
final class Pruning {
    private Pruning() {}

    /** Of layers that have been compared at that moment. */
    static PruneReport of(List<LayerState> layers, Inventories inventories, Moment now) {
        Set<BackupId> lacking = new HashSet<>();
        layers.forEach(layer -> lacking.addAll(layer.lacks));
        List<PruneVerdict> verdicts = new ArrayList<>();
        Map<String, String> leftAlone = new LinkedHashMap<>();
        for (LayerState layer : layers) {
            if (layer.isUsable(now.nanos())) {
                verdicts(layer, inventories, lacking, now, verdicts);
            } else {
                leftAlone.put(layer.name(), why(layer));
            }
        }
        return new PruneReport(verdicts, leftAlone);
    }

    private static void verdicts(
            LayerState layer, Inventories inventories, Set<BackupId> lacking, Moment now, List<PruneVerdict> to) {
        RetentionPlan wanted = inventories.plan(layer, now);
        Set<BackupId> going = new HashSet<>(Inventories.deletable(layer, Set.of(), Integer.MAX_VALUE));
        for (Verdict verdict : RetentionPlan.of(layer.plan.retention(), layer.entries(), now.instant())
                .verdicts()) {
            boolean goes = going.contains(verdict.id());
            List<String> reasons = goes || verdict.keep()
                    ? verdict.reasons()
                    : List.of(whySpared(layer, verdict.id(), wanted, lacking));
            to.add(new PruneVerdict(layer.name(), verdict.id().toString(), !goes, reasons));
        }
    }

    private static String whySpared(LayerState layer, BackupId id, RetentionPlan wanted, Set<BackupId> lacking) {
        if (layer.surplus.contains(id)) {
            return "something that stays needs it";
        }
        return lacking.contains(id) && !wanted.keeps(id)
                ? "another layer lacks it"
                : "with what is in other layers it is kept";
    }

    private static String why(LayerState layer) {
        if (layer.taken) {
            return "another node has it, with a higher token";
        }
        return layer.trouble.isFailing() ? "it fails: " + layer.trouble.reason() : "it has not been looked at yet";
    }
}
