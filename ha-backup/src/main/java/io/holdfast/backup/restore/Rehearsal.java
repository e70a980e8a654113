package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.restore.Choice.Chain;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a restore from one repository alone would take, restored for a trial. Unlike a restore that is meant it makes nothing good: what is damaged
 * ends it, although an earlier backup or another repository might do instead, as that is what is to be found out. It claims no epoch, and changes
 * nothing in the repository. Each container is read once. Blocks; for one thread.
 */
public final class Rehearsal {
    /** Above all that there are, and never heard of by anybody. */
    private static final int EPOCH = Short.MAX_VALUE;

    private final Layer layer;
    private final Chain chain;
    private final long index;
    private final List<Manifest> pieces = new ArrayList<>();
    private @Nullable BackupId reading;

    private Rehearsal(Layer layer, Chain chain, long index) {
        this.layer = layer;
        this.chain = chain;
        this.index = index;
        pieces.add(chain.backup());
        pieces.addAll(chain.log());
    }

    /**
     * Chooses, as a restore does that asks for that entry of that log.
     *
     * @throws RestoreRefusedException if the repository does not hold all that it takes
     */
    public static Rehearsal plan(BackupRepository repository, BackupKeys keys, String logId, long index) {
        Layer layer = Layer.of(repository, keys);
        Choice choice = new Choice(layer.listing().backups(), RestoreBound.index(index), logId);
        if (choice.candidates().isEmpty()) {
            throw new RestoreRefusedException(
                    Reason.NO_BACKUP,
                    "there is no physical backup of the replicated state at or before entry " + index + " of the log "
                            + logId + " in " + layer.name() + unreadable(layer));
        }
        Chain chain = choice.chain(choice.candidates().get(0), Set.of());
        if (!chain.reached()) {
            throw new RestoreRefusedException(
                    Reason.NOT_REACHED,
                    "entry " + index + " of the log " + logId + " is not reached in " + layer.name()
                            + ": from the backup " + chain.backup().id() + " on, all is there up to entry "
                            + chain.index() + unreadable(layer));
        }
        return new Rehearsal(layer, chain, index);
    }

    private static String unreadable(Layer layer) {
        return layer.listing().damaged().isEmpty()
                ? ""
                : "; what cannot be read there may be what is missing: "
                        + layer.listing().damaged().get(0);
    }

    /** With which physical backup it begins. */
    public BackupId backup() {
        return chain.backup().id();
    }

    /** What all of it takes where it is restored. */
    public long contentBytes() {
        return pieces.stream().mapToLong(Manifest::contentBytes).sum();
    }

    /** What the state alone takes. */
    public long stateBytes() {
        return chain.backup().contentBytes();
    }

    /** What is read of the repository. */
    public long storedBytes() {
        return pieces.stream().mapToLong(Manifest::storedBytes).sum();
    }

    /** Of which backup, or part of the log, the container is that was opened last: whose fault it is if reading failed. */
    public Optional<BackupId> reading() {
        return Optional.ofNullable(reading);
    }

    /**
     * Restores it.
     *
     * @param progress told how much of all containers has been read; may block, and what it throws ends this
     * @throws DamagedBackupException if one of them is not as it was stored
     * @throws IOException if they hold something else than the catalogue says, or the place cannot be written
     */
    public Restored into(StateTrial target, Progress progress) throws IOException {
        Sum sum = new Sum(progress);
        List<ContainerOpening> log = new ArrayList<>();
        chain.log().forEach(part -> log.add(() -> open(part, sum)));
        try (InputStream state = open(chain.backup(), sum);
                InputStream parts = PieceStream.of(log)) {
            Restored restored = target.restore(EPOCH, state, parts, index, Long.MAX_VALUE);
            parts.transferTo(OutputStream.nullOutputStream()); // what is behind that entry is to be whole as well
            if (restored.index() != index) {
                throw new IOException("entry " + index + " of the log was to be restored, and " + restored.index()
                        + " is the last one that was: the backup "
                        + chain.backup().id()
                        + " and the parts of the log after it hold something else than the catalogue says");
            }
            return restored;
        }
    }

    private ContainerReader open(Manifest manifest, Sum sum) throws IOException {
        reading = manifest.id();
        if (manifest.objects().size() != 1) {
            throw new IOException("the backup " + manifest.id() + " has "
                    + manifest.objects().size() + " containers, and one of the replicated state has one");
        }
        StoredObject object = manifest.objects().get(0);
        sum.next();
        return layer.catalogue().open(manifest, object.name(), sum);
    }

    /** Containers tell of themselves alone. */
    private static final class Sum implements Progress {
        private final Progress all;
        private long contentBefore;
        private long storedBefore;
        private long content;
        private long stored;

        private Sum(Progress all) {
            this.all = all;
        }

        private void next() {
            contentBefore += content;
            storedBefore += stored;
            content = 0;
            stored = 0;
        }

        @Override
        public void at(long contentBytes, long storedBytes) {
            content = contentBytes;
            stored = storedBytes;
            all.at(contentBefore + content, storedBefore + stored);
        }
    }
}
