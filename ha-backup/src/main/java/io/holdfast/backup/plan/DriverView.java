package io.holdfast.backup.plan;

import io.holdfast.core.FencingToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How things stood when the planner looked last. Immutable.
 *
 * @param token of the grant; null if this node does not do the backups, and then all else is empty
 * @param last when the last good backup of each source began
 * @param lacks how many backups each layer lacks
 * @param held how many each layer holds
 * @param jobs what is under way
 * @param proven the last good drill of each source in each layer that has been proven
 * @param lastBytes what the last good backup of each source takes in a layer
 */
record DriverView(
        @Nullable FencingToken token,
        Map<String, Instant> last,
        Map<String, Integer> lacks,
        Map<String, Integer> held,
        List<Alert> alerts,
        List<RunningJob> jobs,
        List<DrillProof> proven,
        Map<String, Long> lastBytes) {
    static final DriverView NOTHING =
            new DriverView(null, Map.of(), Map.of(), Map.of(), List.of(), List.of(), List.of(), Map.of());

    /** Something that is under way; how far it is changes. */
    record RunningJob(String layer, Job what, JobWatch watch) {}

    static DriverView of(@Nullable FencingToken token, Planner planner, Collection<Running> running) {
        if (token == null) {
            return NOTHING;
        }
        Map<String, Instant> last = new LinkedHashMap<>();
        Map<String, Long> lastBytes = new LinkedHashMap<>();
        for (SourceState source : planner.sources()) {
            Instant at = source.last();
            if (at != null) {
                last.put(source.name(), at);
                lastBytes.put(source.name(), source.lastBytes());
            }
        }
        Map<String, Integer> lacks = new LinkedHashMap<>();
        Map<String, Integer> held = new LinkedHashMap<>();
        for (LayerState layer : planner.layers()) {
            lacks.put(layer.name(), layer.lacks.size());
            held.put(layer.name(), layer.entries().size());
        }
        List<RunningJob> jobs = new ArrayList<>();
        running.forEach(job -> jobs.add(new RunningJob(job.run.layer(), job.run.what(), job.watch)));
        return new DriverView(
                token,
                last,
                lacks,
                held,
                planner.standing(),
                jobs,
                planner.drills().good(),
                lastBytes);
    }
}
