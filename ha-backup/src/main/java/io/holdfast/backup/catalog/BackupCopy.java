package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.crypto.Hkdf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Copies one backup from one repository to another: a sign of life, the containers, the mark that it counts, the manifest.
 *
 * <p>If it fails, nothing is removed: whoever has been deposed meanwhile must not remove what its successor copies under the same
 * names. The sign of life stays for what is there, until the next attempt goes on with it or the collector finds it old.
 */
final class BackupCopy {
    private static final String ADOPTED_FORMAT = "holdfast-adopted-1";
    private static final int PIECE_BYTES = 64 << 10;

    private final CatalogueWriter writer;
    private final BackupRepository to;
    private final BackupRepository from;
    private final Catalogue catalogue;
    private final BackupId id;
    private final Progress progress;
    private final SignsOfLife signs;
    private long copied;

    BackupCopy(CatalogueWriter writer, Catalogue from, BackupId id, Progress progress) {
        this.writer = writer;
        this.to = writer.repository();
        this.from = from.repository();
        this.catalogue = from;
        this.id = id;
        this.progress = progress;
        this.signs = new SignsOfLife(writer, id);
    }

    Manifest copy() throws IOException {
        byte[] bytes = manifestBytes();
        Manifest manifest = manifest(bytes);
        synchronized (writer.running()) {
            if (!writer.running().add(id)) {
                throw new IllegalStateException("the backup " + id + " is being made or copied already");
            }
        }
        try {
            writer.fences().check(writer.token(), "a copy of the backup " + id);
            // Not by an inventory: that reads all manifests, and parts of a log are many.
            Fences.State fences = writer.fences().read();
            if (counts(id, fences) && Arrays.equals(writer.sealed().bytes(Layout.manifest(id)), bytes)) {
                return manifest;
            }
            checkNeeds(manifest, fences);
            copyAndPublish(manifest, bytes);
            return manifest;
        } finally {
            writer.running().remove(id);
        }
    }

    private void copyAndPublish(Manifest manifest, byte[] bytes) throws IOException {
        signs.takeOver(); // before anything is looked at: the sign of an earlier attempt is all that marks its data
        boolean published = false;
        try {
            Set<String> there = keepWhatIsWhole(manifest);
            for (StoredObject object : manifest.objects()) {
                if (there.contains(object.name())) {
                    copied += object.storedBytes();
                    progress.at(copied, copied);
                } else {
                    copy(object);
                }
            }
            publish(manifest, bytes);
            published = true;
        } finally {
            if (!published) {
                signs.keep(); // a successor, or who took this for dead, may have removed it
            }
        }
    }

    private byte[] manifestBytes() {
        String name = Layout.manifest(id);
        try (InputStream in = from.read(name, 0)) {
            return in.readAllBytes();
        } catch (BackupRepositoryException failed) {
            throw failed.reason() == Reason.ABSENT
                    ? failure(CopyFailedException.Why.GONE, "it is not there any more", failed)
                    : failure(CopyFailedException.Why.UNREADABLE, String.valueOf(failed.getMessage()), failed);
        } catch (IOException failed) {
            throw failure(CopyFailedException.Why.UNREADABLE, String.valueOf(failed.getMessage()), failed);
        }
    }

    private Manifest manifest(byte[] bytes) {
        try {
            JsonNode body = catalogue.sealed().open(Layout.manifest(id), bytes, id.toString());
            if (Sealed.format(body).equals(Inventory.ABANDONED_FORMAT)) {
                throw failure(CopyFailedException.Why.GONE, "it was given up for dead", null);
            }
            return Manifest.fromJson(body);
        } catch (DamagedBackupException | IllegalArgumentException damaged) {
            throw failure(CopyFailedException.Why.DAMAGED, String.valueOf(damaged.getMessage()), damaged);
        }
    }

    private boolean counts(BackupId other, Fences.State fences) {
        String name = Layout.manifest(other);
        return fences.counts(other)
                && to.list(name).stream().anyMatch(object -> object.name().equals(name));
    }

    private void checkNeeds(Manifest manifest, Fences.State fences) {
        for (BackupId need : manifest.needs()) {
            if (!counts(need, fences)) {
                throw new IllegalArgumentException(
                        "the backup " + id + " needs " + need + ", which is not in " + to.describe());
            }
        }
    }

    /**
     * Containers that an earlier attempt has stored: none is there as a whole whose hash was not compared while it was copied. But where a
     * deletion has begun, or somebody has given the backup up for dead, all goes.
     *
     * @return the names of those that are there
     */
    private Set<String> keepWhatIsWhole(Manifest manifest) {
        Map<String, Long> bytes = new HashMap<>();
        manifest.objects().forEach(object -> bytes.put(object.name(), object.storedBytes()));
        List<Stored> data = to.list(Layout.data(id));
        boolean ended = !to.list(Layout.manifest(id)).isEmpty()
                || !to.list(Layout.deleting(id)).isEmpty();
        boolean known =
                data.stream().allMatch(object -> Long.valueOf(object.bytes()).equals(bytes.get(object.name())));
        if (ended || !known) {
            removeRemains();
            return Set.of();
        }
        return data.stream().map(Stored::name).collect(Collectors.toSet());
    }

    /** What an earlier attempt or a deletion has left, or what does not count. */
    private void removeRemains() {
        // A successor may have copied it since that was asked last, and what it has published would be deleted here.
        writer.fences().check(writer.token(), "a copy of the backup " + id);
        Deletion.begin(writer.sealed(), id);
        Deletion.finish(to, id);
    }

    private void copy(StoredObject object) throws IOException {
        boolean stored;
        try (ResumablePut pieces = to.resumable(object.name(), object.storedBytes(), object.sha256())
                .orElse(null)) {
            stored = pieces == null ? putAtOnce(object) : put(object, pieces);
        }
        if (!stored) {
            throw new IllegalStateException(
                    to.describe() + ": " + object.name() + " was stored by somebody else meanwhile");
        }
    }

    private boolean put(StoredObject object, ResumablePut pieces) throws IOException {
        String name = object.name();
        try (InputStream in = opened(name)) {
            PiecewiseCopy.Source source = (into, most) -> {
                int read = read(in, into, most, name);
                advanced(Math.max(0, read));
                return read;
            };
            return new PiecewiseCopy(object, pieces, source, () -> advanced(0)).copy(to.describe());
        } catch (PiecewiseCopy.DifferentException different) {
            throw failure(
                    CopyFailedException.Why.DAMAGED, name + " has another hash than its manifest says", different);
        }
    }

    private boolean putAtOnce(StoredObject object) throws IOException {
        return to.putIfAbsent(object.name(), out -> {
            MessageDigest digest = Hkdf.sha256();
            long bytes = pump(object.name(), out, digest);
            String hash = HexFormat.of().formatHex(digest.digest());
            if (bytes != object.storedBytes() || !hash.equals(object.sha256())) {
                throw failure(
                        CopyFailedException.Why.DAMAGED,
                        object.name() + " has " + bytes + " bytes and another hash than its manifest says",
                        null);
            }
        });
    }

    /** Failures to read are told apart from those to write. */
    private long pump(String name, OutputStream out, MessageDigest digest) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        long bytes = 0;
        try (InputStream in = opened(name)) {
            for (int read = read(in, piece, piece.length, name);
                    read >= 0;
                    read = read(in, piece, piece.length, name)) {
                digest.update(piece, 0, read);
                out.write(piece, 0, read);
                bytes += read;
                advanced(read);
            }
        }
        return bytes;
    }

    private void advanced(int read) {
        copied += read;
        if (signs.isDue()) {
            renew();
        }
        progress.at(copied, copied);
    }

    private InputStream opened(String name) {
        try {
            return from.read(name, 0);
        } catch (BackupRepositoryException failed) {
            throw unreadable(name, failed);
        }
    }

    private int read(InputStream in, byte[] piece, int most, String name) {
        try {
            return in.read(piece, 0, most);
        } catch (BackupRepositoryException failed) {
            throw unreadable(name, failed);
        } catch (IOException failed) {
            throw failure(CopyFailedException.Why.UNREADABLE, name + " cannot be read: " + failed, failed);
        }
    }

    private CopyFailedException unreadable(String name, BackupRepositoryException failed) {
        if (failed.reason() != Reason.ABSENT) {
            return failure(CopyFailedException.Why.UNREADABLE, String.valueOf(failed.getMessage()), failed);
        }
        manifestBytes(); // throws if it was deleted meanwhile
        return failure(CopyFailedException.Why.DAMAGED, name + " is not there, and its manifest is", failed);
    }

    private void renew() {
        signs.renew();
        writer.fences().check(writer.token(), "a copy of the backup " + id);
    }

    private void publish(Manifest manifest, byte[] bytes) {
        writer.fences().check(writer.token(), "a copy of the backup " + id);
        if (id.token().compareTo(writer.token()) < 0) {
            String mark = Layout.adopted(id, writer.token());
            writer.sealed().put(mark, writer.sealed().seal(mark, ADOPTED_FORMAT, Sealed.nothing(), null));
        }
        String name = Layout.manifest(id);
        if (!writer.sealed().put(name, bytes) && !Arrays.equals(writer.sealed().bytes(name), bytes)) {
            throw new NotPublishedException(
                    Why.COLLECTED,
                    "the copy of the backup " + id + " in " + to.describe()
                            + " was given up for dead; it is made again");
        }
        writer.fences().check(writer.token(), "a copy of the backup " + id);
        checkWhole(manifest);
        Deletion.removeAll(to, Layout.running(id));
    }

    /** Somebody who was deposed in the midst of deleting a backup of that id may have gone on. */
    private void checkWhole(Manifest manifest) {
        Map<String, Long> there = new HashMap<>();
        for (Stored object : to.list(Layout.data(id))) {
            there.put(object.name(), object.bytes());
        }
        for (StoredObject object : manifest.objects()) {
            if (!Long.valueOf(object.storedBytes()).equals(there.get(object.name()))) {
                removeRemains();
                throw new IllegalStateException(to.describe() + ": " + object.name()
                        + " was removed by somebody else while it was copied; it is copied again");
            }
        }
    }

    private CopyFailedException failure(CopyFailedException.Why why, String what, @Nullable Throwable cause) {
        return new CopyFailedException(
                why, "the backup " + id + " cannot be copied from " + from.describe() + ": " + what, cause);
    }
}
