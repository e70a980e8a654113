package io.holdfast.backup.plan;

import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.restore.Rehearsal;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.StateMark;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Restores the replicated state from one layer, applies the log, and compares with what the cluster had. */
final class OneStateDrill extends OneDrill {
    private final Job.StateDrill drill;
    private final Function<Path, StateTrial> trials;
    private @Nullable Rehearsal rehearsal;
    private @Nullable Restored restored;

    OneStateDrill(
            String cluster,
            String node,
            LayerStore store,
            DrillPlace place,
            Job.StateDrill drill,
            JobWatch watch,
            Clock clock,
            Function<Path, StateTrial> trials) {
        super(cluster, node, store, place, drill, watch, clock);
        this.drill = drill;
        this.trials = trials;
    }

    @Override
    Found restore() throws IOException {
        Rehearsal chosen = Rehearsal.plan(store.repository(), store.keys(), drill.logId(), drill.index());
        rehearsal = chosen;
        watch.of(chosen.storedBytes());
        prepare(chosen.contentBytes(), chosen.stateBytes());
        StateTrial trial = trials.apply(place.node());
        restored = chosen.into(trial, (content, stored) -> {
            watch.at(content, stored);
            place.restored(content);
        });
        Map<String, Long> hashes = trial.replay(index -> {
            watch.check();
            place.applied();
        });
        Optional<StateMark> mark = drill.mark();
        if (mark.isEmpty()) {
            return new Found(
                    Outcome.RESTORED,
                    "no log is archived, so what the cluster had at that entry is not known: it was restored, and compared with"
                            + " nothing");
        }
        return compared(hashes, mark.get().hashes(), chosen);
    }

    private Found compared(Map<String, Long> hashes, Map<String, Long> expected, Rehearsal chosen) {
        if (hashes.equals(expected)) {
            return new Found(
                    Outcome.PROVEN,
                    "the hashes of " + String.join(", ", expected.keySet()) + " are those of " + node
                            + " at that entry");
        }
        TreeSet<String> parts = new TreeSet<>(expected.keySet());
        parts.addAll(hashes.keySet());
        parts.removeIf(part -> hashes.containsKey(part) && hashes.get(part).equals(expected.get(part)));
        return new Found(
                Outcome.MISMATCH,
                "what was restored from the backup " + chosen.backup() + " and the log up to entry " + drill.index()
                        + " is not what " + node + " had at that entry: its " + String.join(", ", parts)
                        + " differ. Either the backup or that node's state is wrong");
    }

    @Override
    String backup() {
        Rehearsal chosen = rehearsal;
        return chosen == null ? "" : chosen.backup().toString();
    }

    @Override
    Optional<BackupId> reading() {
        Rehearsal chosen = rehearsal;
        return chosen == null ? Optional.empty() : chosen.reading();
    }

    @Override
    Reached reached() {
        Restored done = restored;
        return done == null
                ? new Reached(drill.logId(), 0, 0)
                : new Reached(drill.logId(), done.index(), done.wallMillis());
    }
}
