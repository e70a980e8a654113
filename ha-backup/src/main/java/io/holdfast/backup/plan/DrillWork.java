package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.DrillCheck;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does drills, one at a time: restores from one layer into the scratch place, looks at what came of it, and stores in the layer what that is. What is
 * wrong with the layer's content is an outcome; what is wrong with the layer, the place or the job is an exception. Blocks.
 */
final class DrillWork {
    private static final Logger LOG = LoggerFactory.getLogger(DrillWork.class);

    private final String cluster;
    private final String node;
    private final DrillPlace place;
    private final Function<Path, StateTrial> trials;
    private final Map<String, DrillCheck> checks;
    private final Clock clock;
    private final AtomicBoolean alone = new AtomicBoolean();

    /** @param checks of other sources than the replicated state, by their names */
    DrillWork(
            String cluster,
            String node,
            DrillPlace place,
            Function<Path, StateTrial> trials,
            Map<String, DrillCheck> checks,
            Clock clock) {
        this.cluster = cluster;
        this.node = node;
        this.place = place;
        this.trials = trials;
        this.checks = Map.copyOf(checks);
        this.clock = clock;
    }

    /** The place of a drill failed, which is not the layer's fault. */
    static final class PlaceException extends IOException {
        private static final long serialVersionUID = 1;

        PlaceException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** What a drill before this process has left goes. */
    void clear() throws IOException {
        place.clear();
    }

    /**
     * Does one.
     *
     * @throws BackupRepositoryException if the layer fails before anything is found
     * @throws PlaceException if there is no room, or the place cannot be written
     * @throws CancellationException if it was told to end
     */
    DrillOutcome run(LayerStore store, Job.Drill drill, JobWatch watch) throws IOException, InterruptedException {
        if (!alone.compareAndSet(false, true)) { // of another grant, and told to end
            throw new PlaceException("an earlier drill has been given up and has not ended yet", null);
        }
        try {
            return one(store, drill, watch).run();
        } finally {
            try {
                place.clear();
            } catch (IOException left) {
                LOG.warn("{}: what a drill has left cannot be removed; the next one tries again", node, left);
            }
            alone.set(false);
        }
    }

    private OneDrill one(LayerStore store, Job.Drill drill, JobWatch watch) {
        if (drill instanceof Job.StateDrill ofState) {
            return new OneStateDrill(cluster, node, store, place, ofState, watch, clock, trials);
        } else if (drill instanceof Job.SourceDrill ofSource) {
            DrillCheck check = checks.get(ofSource.source());
            if (check == null) {
                throw new IllegalStateException("no check of " + ofSource.source());
            }
            return new OneSourceDrill(cluster, node, store, place, ofSource, watch, clock, check);
        }
        throw new IllegalStateException("not a drill: " + drill);
    }
}
