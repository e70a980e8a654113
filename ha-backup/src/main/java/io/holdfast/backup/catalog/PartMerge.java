package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts parts of a log that follow one another into one, which is read to its end and then published as any backup is. The parts themselves
 * stay: they go when retention finds that another one holds what they do. So whatever dies when, all of the log is there, some of it
 * twice. One part is open at a time, and a piece of it in memory.
 */
final class PartMerge {
    private static final Logger LOG = LoggerFactory.getLogger(PartMerge.class);
    private static final int PIECE_BYTES = 64 << 10;

    private final CatalogueWriter writer;
    private final Catalogue catalogue;
    private final List<Manifest> parts;
    private final LogRange range;

    /** @param parts in order, each of which goes on where the one before ends, or begins earlier */
    PartMerge(CatalogueWriter writer, Catalogue catalogue, List<Manifest> parts) {
        this.writer = writer;
        this.catalogue = catalogue;
        this.parts = List.copyOf(parts);
        this.range = range(parts);
    }

    private static LogRange range(List<Manifest> parts) {
        LogRange all = null;
        for (Manifest part : parts) {
            LogRange next = part.range().orElse(null);
            if (part.kind() != BackupKind.LOG || next == null || part.objects().size() != 1) {
                throw new IllegalArgumentException(part.id() + " is no part of a log");
            }
            if (all == null) {
                all = next;
                continue;
            }
            if (!next.logId().equals(all.logId())
                    || next.fromIndex() < all.fromIndex()
                    || next.fromIndex() > all.toIndex() + 1
                    || next.toIndex() <= all.toIndex()) {
                throw new IllegalArgumentException(part.id() + " with " + next + " does not go on from " + all);
            }
            all = new LogRange(
                    all.logId(), all.fromIndex(), next.toIndex(), next.toTerm(), all.fromMillis(), next.toMillis());
        }
        if (all == null || parts.size() < 2) {
            throw new IllegalArgumentException("nothing to put together: " + parts.size() + " parts");
        }
        return all;
    }

    /**
     * Does it.
     *
     * @param progress told of each frame that is written; may block
     * @throws CopyFailedException if a part is not there any more, is not as it was stored, or cannot be read although its manifest can, or its key is
     *     not to be had
     * @throws DamagedBackupException if what was stored now is not what was written; nothing new counts then
     */
    Manifest merge(Progress progress) throws IOException, InterruptedException {
        Manifest first = parts.get(0);
        Manifest merged;
        try (RunningBackup backup = writer.begin(first.cluster(), BackupKind.LOG, first.source(), first.node())) {
            // When the log in it was archived is what retention goes by, and not when it was put together.
            backup.endedAt(parts.get(parts.size() - 1).ended());
            Outcome together = backup.write(new Together(), progress);
            // Before anybody can take it for what the parts hold: afterwards it might not be to be got rid of again.
            backup.readBack();
            merged = backup.publish(together, List.of());
        }
        LOG.info(
                "{}: {} parts of the log {} are put together as {}: entries {} to {}, {} bytes",
                catalogue.repository().describe(),
                parts.size(),
                range.logId(),
                merged.id(),
                range.fromIndex(),
                range.toIndex(),
                merged.storedBytes());
        return merged;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T run() throws IOException;
    }

    /** What they hold, one behind the other. */
    private final class Together implements Prepared {
        @Override
        public Outcome writeTo(Parts into) throws IOException, InterruptedException {
            Manifest first = parts.get(0);
            String name = first.objects()
                    .get(0)
                    .name()
                    .substring(Layout.data(first.id()).length());
            into.put(name, true, out -> {
                for (Manifest part : parts) {
                    copy(part, out);
                }
            });
            return new Outcome(Optional.of(range), Map.of("parts", String.valueOf(parts.size())), List.of());
        }

        private void copy(Manifest part, OutputStream out) throws IOException {
            StoredObject object = part.objects().get(0);
            byte[] piece = new byte[PIECE_BYTES];
            try (ContainerReader in = reading(part, () -> catalogue.open(part, object.name()))) {
                int read = reading(part, () -> in.read(piece));
                while (read >= 0) {
                    out.write(piece, 0, read);
                    read = reading(part, () -> in.read(piece));
                }
            }
        }

        /** What fails there is that part's, and not of what is written. */
        private <T> T reading(Manifest part, Reading<T> call) throws IOException {
            try {
                return call.run();
            } catch (DamagedBackupException damaged) {
                // What the repository cannot read now may be whole, and what counts as damaged is thrown away.
                boolean unreadable = damaged.damage().kind() == Damage.Kind.UNREADABLE;
                throw failed(
                        unreadable ? CopyFailedException.Why.UNREADABLE : CopyFailedException.Why.DAMAGED,
                        part,
                        damaged);
            } catch (KeyUnavailableException missing) {
                throw failed(CopyFailedException.Why.UNREADABLE, part, missing);
            } catch (BackupRepositoryException failed) {
                throw failed.reason() == Reason.ABSENT ? failed(CopyFailedException.Why.GONE, part, failed) : failed;
            }
        }

        private CopyFailedException failed(CopyFailedException.Why why, Manifest part, Exception failed) {
            return new CopyFailedException(
                    why,
                    part.id(),
                    "the part " + part.id() + " of the log in "
                            + catalogue.repository().describe() + " cannot be put together with others: "
                            + failed.getMessage(),
                    failed);
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
