package io.holdfast.backup.plan;

import io.holdfast.backup.plan.Alert.Kind;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong, as far as the planner knows. A function of its state. */
final class Alarms {
    private Alarms() {}

    static List<Alert> of(
            PlanConfig config,
            List<LayerState> layers,
            List<SourceState> sources,
            @Nullable ArchiveState archive,
            ClockWatch clock,
            Instant since,
            Moment now) {
        List<Alert> found = new ArrayList<>();
        for (LayerState layer : layers) {
            layer(layer, config, now, found);
        }
        boolean canMeetTheRule = ThreeTwoOne.of(config.layers()).isMet();
        for (SourceState source : sources) {
            source(source, since, now, found);
            if (canMeetTheRule) {
                rule(source, layers, config, now, found);
            }
        }
        if (archive != null && archive.trouble.isFailing()) {
            found.add(new Alert(
                    Kind.ARCHIVE_FAILING, archive.plan.base(), "the log is not archived: " + archive.trouble.reason()));
        }
        if (clock.isSet()) {
            found.add(new Alert(
                    Kind.CLOCK_SET,
                    "",
                    "the wall clock was set by " + clock.bySeconds()
                            + " s, so for a day no backup is deleted; prune by hand if it is right"));
        }
        return found;
    }

    private static void layer(LayerState layer, PlanConfig config, Moment now, List<Alert> found) {
        if (layer.taken) {
            found.add(new Alert(Kind.LAYER_TAKEN, layer.name(), layer.trouble.reason()));
        } else if (layer.trouble.isFailing()) {
            found.add(new Alert(Kind.LAYER_FAILING, layer.name(), layer.trouble.reason()));
        }
        boolean behind = now.nanos() - layer.lacksSince >= config.behindAfter().toNanos();
        if (layer.claimed && !layer.lacks.isEmpty() && behind) {
            found.add(new Alert(
                    Kind.LAYER_BEHIND,
                    layer.name(),
                    "it lacks " + layer.lacks.size() + " backups for longer than " + config.behindAfter()));
        }
        List<String> damage = layer.damage();
        if (!damage.isEmpty()) {
            found.add(new Alert(
                    Kind.LAYER_DAMAGED,
                    layer.name(),
                    damage.get(0) + (damage.size() > 1 ? ", and " + (damage.size() - 1) + " more" : "")));
        }
    }

    private static void source(SourceState source, Instant since, Moment now, List<Alert> found) {
        if (source.trouble.isFailing()) {
            found.add(new Alert(Kind.SOURCE_FAILING, source.name(), source.trouble.reason()));
        }
        if (source.oldAt(since).isBefore(now.instant())) {
            Instant last = source.last();
            found.add(new Alert(
                    Kind.BACKUP_OLD,
                    source.name(),
                    last == null
                            ? "there is no good backup, and there should have been one"
                            : "the last good backup began at " + last));
        }
    }

    private static void rule(
            SourceState source, List<LayerState> layers, PlanConfig config, Moment now, List<Alert> found) {
        Instant last = source.last();
        if (last == null || now.instant().isBefore(last.plus(config.behindAfter()))) {
            return; // there has been no time for copying it
        }
        List<LayerPlan> with = layers.stream()
                .filter(layer -> layer.entries().stream()
                        .anyMatch(entry -> entry.good()
                                && entry.source().equals(source.name())
                                && entry.id().began().equals(last)))
                .map(layer -> layer.plan)
                .toList();
        ThreeTwoOne rule = ThreeTwoOne.of(with);
        if (!rule.isMet()) {
            found.add(new Alert(
                    Kind.RULE_UNMET,
                    source.name(),
                    "the backup of " + last + " is in "
                            + with.stream().map(LayerPlan::name).toList() + " only: "
                            + String.join(", ", rule.missing())));
        }
    }
}
