package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.DrillPlace.NoRoomException;
import io.holdfast.backup.plan.DrillWork.PlaceException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.NoSpaceException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What drills of all sources have in common: what is an outcome, and what is not; and keeping it. Blocks; for one thread. */
abstract class OneDrill {
    private static final Logger LOG = LoggerFactory.getLogger(OneDrill.class);

    final String node;
    final LayerStore store;
    final DrillPlace place;
    final JobWatch watch;
    private final String cluster;
    private final Job.Drill drill;
    private final Clock clock;
    private final Instant began;
    private final long beganNanos;

    OneDrill(
            String cluster,
            String node,
            LayerStore store,
            DrillPlace place,
            Job.Drill drill,
            JobWatch watch,
            Clock clock) {
        this.cluster = cluster;
        this.node = node;
        this.store = store;
        this.place = place;
        this.drill = drill;
        this.watch = watch;
        this.clock = clock;
        this.began = Instant.ofEpochMilli(clock.wallMillis());
        this.beganNanos = clock.nanoTime();
    }

    /**
     * What was found.
     *
     * @param detail for people
     */
    record Found(Outcome outcome, String detail) {}

    /** Restores and looks; what is wrong with the backup is thrown, or found. */
    abstract Found restore() throws IOException, InterruptedException;

    /** Which backup it begins with; empty if it did not come that far. */
    abstract String backup();

    /** Which backup is read, and at fault if that is damaged. */
    abstract Optional<BackupId> reading();

    /** Up to where it was restored; what has to do with no log says so. */
    abstract Reached reached();

    /** Of which log up to which entry, and when that was taken; an empty log and zeros for none. */
    record Reached(String logId, long index, long wallMillis) {}

    /**
     * Does it.
     *
     * @throws BackupRepositoryException if the layer fails before anything is found
     * @throws PlaceException if there is no room, or the place cannot be written
     */
    DrillOutcome run() throws IOException, InterruptedException {
        watch.check();
        Optional<BackupId> damaged = Optional.empty();
        Found found;
        try {
            found = restoreWithin();
        } catch (DamagedBackupException broken) {
            // What the repository cannot read now may be whole, and what counts as damaged is thrown away.
            damaged = broken.damage().kind() == Damage.Kind.UNREADABLE ? Optional.empty() : reading();
            found = failed(broken.damage().toString());
        } catch (RestoreRefusedException | KeyUnavailableException refused) {
            found = failed(String.valueOf(refused.getMessage()));
        } catch (NoRoomException | NoSpaceException full) {
            throw new PlaceException(String.valueOf(full.getMessage()), full);
        } catch (PlaceException | BackupRepositoryException notTheBackups) {
            throw notTheBackups;
        } catch (IOException | RuntimeException broken) {
            watch.check(); // what was interrupted fails in many ways
            found = failed(Blame.describe(broken));
        }
        return ended(found.outcome(), found.detail(), damaged);
    }

    /** What has to do with room is the node's, however deep it was found, and says nothing of the backup. */
    private Found restoreWithin() throws IOException, InterruptedException {
        try {
            return restore();
        } catch (IOException | RuntimeException ended) {
            NoRoomException none = place.shortOf();
            if (none != null) {
                throw none;
            }
            throw ended;
        } catch (OutOfMemoryError none) {
            throw new NoRoomException("the drill found no memory any more (" + none.getMessage()
                    + "): give this node's process more (-Xmx), or make physical backups more often");
        }
    }

    private static Found failed(String why) {
        return new Found(Outcome.FAILED, why);
    }

    void prepare(long contentBytes, long memoryBytes) throws IOException {
        try {
            place.prepare(contentBytes, memoryBytes);
        } catch (NoRoomException full) {
            throw full;
        } catch (IOException failed) {
            throw new PlaceException("the place of drills cannot be written: " + failed.getMessage(), failed);
        }
    }

    private DrillOutcome ended(Outcome outcome, String detail, Optional<BackupId> damaged) {
        watch.check();
        tell(outcome, detail); // before the layer is asked to keep it, which may fail
        try {
            DrillRecord stored = store.drilled(id -> record(id, outcome, detail), began);
            return new DrillOutcome(stored, damaged, Optional.empty());
        } catch (BackupRepositoryException | NotPublishedException failed) { // what was found is so all the same
            LOG.warn("{}: the layer {}, {}: what came of it could not be stored", node, store.name(), drill, failed);
            String untold = detail + (detail.isEmpty() ? "" : "; ") + "that could not be stored in the layer: "
                    + failed.getMessage();
            return new DrillOutcome(record(store.unstored(began), outcome, untold), damaged, Optional.of(failed));
        }
    }

    private DrillRecord record(BackupId id, Outcome outcome, String detail) {
        Reached reached = reached();
        return new DrillRecord(
                id,
                outcome,
                cluster,
                node,
                drill.source(),
                backup(),
                reached.logId(),
                reached.index(),
                reached.wallMillis(),
                (clock.nanoTime() - beganNanos) / 1_000_000,
                detail);
    }

    private void tell(Outcome outcome, String detail) {
        String what = "{}: the layer {}, {}: {}: {}";
        switch (outcome) {
            case PROVEN, RESTORED -> LOG.info(what, node, store.name(), drill, outcome, detail);
            case FAILED -> LOG.warn(what, node, store.name(), drill, outcome, detail);
            case MISMATCH -> LOG.error(what, node, store.name(), drill, outcome, detail);
        }
    }
}
