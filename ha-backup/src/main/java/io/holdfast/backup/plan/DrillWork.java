package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.DrillPlace.NoRoomException;
import io.holdfast.backup.restore.Rehearsal;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.spi.StateMark;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a drill: restores from one layer into the scratch place, applies the log, compares, and stores in the layer what came of it. What is wrong with
 * the layer's content is an outcome; what is wrong with the layer, the place or the job is an exception. Blocks.
 */
final class DrillWork {
    private static final Logger LOG = LoggerFactory.getLogger(DrillWork.class);

    private final String cluster;
    private final String node;
    private final DrillPlace place;
    private final Function<Path, StateTrial> trials;
    private final Clock clock;
    private final AtomicBoolean alone = new AtomicBoolean();

    DrillWork(String cluster, String node, DrillPlace place, Function<Path, StateTrial> trials, Clock clock) {
        this.cluster = cluster;
        this.node = node;
        this.place = place;
        this.trials = trials;
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
     * @throws BackupRepositoryException if the layer fails
     * @throws PlaceException if there is no room, or the place cannot be written
     * @throws CancellationException if it was told to end
     */
    DrillOutcome run(LayerStore store, Job.Drill drill, JobWatch watch) throws IOException {
        if (!alone.compareAndSet(false, true)) { // of another grant, and told to end
            throw new PlaceException("an earlier drill has been given up and has not ended yet", null);
        }
        try {
            return new One(store, drill, watch).run();
        } finally {
            try {
                place.clear();
            } catch (IOException left) {
                LOG.warn("{}: what a drill has left cannot be removed; the next one tries again", node, left);
            }
            alone.set(false);
        }
    }

    /**
     * What came of one.
     *
     * @param record as it is stored in the layer
     * @param damaged which backup or part of the log is damaged; empty if none was found to be
     */
    record DrillOutcome(DrillRecord record, Optional<BackupId> damaged) {}

    /** One of them. */
    private final class One {
        private final LayerStore store;
        private final Job.Drill drill;
        private final JobWatch watch;
        private final Instant began = Instant.ofEpochMilli(clock.wallMillis());
        private final long beganNanos = clock.nanoTime();
        private @Nullable Rehearsal rehearsal;
        private @Nullable Restored restored;

        private One(LayerStore store, Job.Drill drill, JobWatch watch) {
            this.store = store;
            this.drill = drill;
            this.watch = watch;
        }

        private DrillOutcome run() throws IOException {
            try {
                return restoreAndCompare();
            } catch (DamagedBackupException damaged) {
                return failed(damaged.damage().toString(), blamed());
            } catch (RestoreRefusedException | KeyUnavailableException refused) {
                return failed(String.valueOf(refused.getMessage()), Optional.empty());
            } catch (NoRoomException | NoSpaceException full) {
                throw new PlaceException(String.valueOf(full.getMessage()), full);
            } catch (IOException | IllegalArgumentException | IllegalStateException broken) {
                watch.check(); // what was interrupted fails in many ways
                if (broken instanceof PlaceException here) {
                    throw here;
                }
                return failed(Blame.describe(broken), Optional.empty());
            }
        }

        private Optional<BackupId> blamed() {
            Rehearsal chosen = rehearsal;
            return chosen == null ? Optional.empty() : chosen.reading();
        }

        private DrillOutcome restoreAndCompare() throws IOException {
            watch.check();
            Rehearsal chosen = Rehearsal.plan(store.repository(), store.keys(), drill.logId(), drill.index());
            rehearsal = chosen;
            watch.of(chosen.storedBytes());
            prepare(chosen);
            StateTrial trial = trials.apply(place.node());
            restored = chosen.into(trial, watch);
            Map<String, Long> hashes = trial.replay(index -> watch.check());
            Optional<StateMark> mark = drill.mark();
            if (mark.isEmpty()) {
                return ended(
                        Outcome.RESTORED,
                        "no log is archived, so what the cluster had at that entry is not known: it was restored, and compared"
                                + " with nothing",
                        Optional.empty());
            }
            Map<String, Long> expected = mark.get().hashes();
            if (hashes.equals(expected)) {
                return ended(
                        Outcome.PROVEN,
                        "the hashes of " + String.join(", ", expected.keySet()) + " are those of " + node
                                + " at that entry",
                        Optional.empty());
            }
            TreeSet<String> parts = new TreeSet<>(expected.keySet());
            parts.addAll(hashes.keySet());
            parts.removeIf(part -> hashes.containsKey(part) && hashes.get(part).equals(expected.get(part)));
            return ended(
                    Outcome.MISMATCH,
                    "what was restored from the backup " + chosen.backup() + " and the log up to entry " + drill.index()
                            + " is not what " + node + " had at that entry: its " + String.join(", ", parts)
                            + " differ. Either the backup or that node's state is wrong",
                    Optional.empty());
        }

        private void prepare(Rehearsal chosen) throws IOException {
            try {
                place.prepare(chosen.contentBytes(), chosen.stateBytes());
            } catch (NoRoomException full) {
                throw full;
            } catch (IOException failed) {
                throw new PlaceException("the place of drills cannot be written: " + failed.getMessage(), failed);
            }
        }

        private DrillOutcome failed(String why, Optional<BackupId> damaged) {
            return ended(Outcome.FAILED, why, damaged);
        }

        private DrillOutcome ended(Outcome outcome, String detail, Optional<BackupId> damaged) {
            watch.check();
            tell(outcome, detail);
            Rehearsal chosen = rehearsal;
            Restored done = restored;
            Function<BackupId, DrillRecord> record = id -> new DrillRecord(
                    id,
                    outcome,
                    cluster,
                    node,
                    StateSource.NAME,
                    chosen == null ? "" : chosen.backup().toString(),
                    drill.logId(),
                    done == null ? 0 : done.index(),
                    done == null ? 0 : done.wallMillis(),
                    (clock.nanoTime() - beganNanos) / 1_000_000,
                    detail);
            return new DrillOutcome(store.drilled(record, began), damaged);
        }

        /** Before the layer is asked to keep it, which may fail. */
        private void tell(Outcome outcome, String detail) {
            String what = "{}: the layer {} up to entry {} of the log {}: {}: {}";
            switch (outcome) {
                case PROVEN, RESTORED ->
                    LOG.info(what, node, store.name(), drill.index(), drill.logId(), outcome, detail);
                case FAILED -> LOG.warn(what, node, store.name(), drill.index(), drill.logId(), outcome, detail);
                case MISMATCH -> LOG.error(what, node, store.name(), drill.index(), drill.logId(), outcome, detail);
            }
        }
    }
}
