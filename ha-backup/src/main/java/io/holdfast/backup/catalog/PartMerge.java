package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.DamagedBackupException;
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
 * Puts parts of a log that follow one another into one, which is published as any backup is and read to its end before anybody may count on
 * it. The parts themselves stay: they go when retention finds that another one holds what they do. So whatever dies when, all of the log is
 * there, some of it twice. One part is open at a time, and a piece of it in memory.
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
     * @throws DamagedBackupException if a part is not as it was stored, or what was stored now cannot be read; nothing new counts then
     */
    Manifest merge(Progress progress) throws IOException, InterruptedException {
        Manifest first = parts.get(0);
        Manifest merged;
        try (RunningBackup backup = writer.begin(first.cluster(), BackupKind.LOG, first.source(), first.node())) {
            // When the log in it was archived is what retention goes by, and not when it was put together.
            backup.endedAt(parts.get(parts.size() - 1).ended());
            merged = backup.make(new Together(), List.of(), progress);
        }
        try (ContainerReader reader =
                catalogue.open(merged, merged.objects().get(0).name())) {
            reader.drain();
        } catch (DamagedBackupException broken) {
            writer.delete(merged.id());
            throw broken;
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
            try (ContainerReader in = catalogue.open(part, object.name())) {
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    out.write(piece, 0, read);
                }
            }
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
