package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.catalog.Manifest.Range;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerHeader;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerWriter;
import io.holdfast.backup.container.ContainerWriter.Written;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup that is being made: a sign of life, the containers one after the other, the manifest. Closing it before it is
 * published removes what was stored. {@link #renew} may be called from any thread, all else from one.
 */
public final class RunningBackup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningBackup.class);
    private static final String FORMAT = "holdfast-running-1";
    private static final int SALT_BYTES = 16;
    private static final long RENEW_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CatalogueWriter writer;
    private final BackupRepository repository;
    private final BackupId id;
    private final @Nullable DataKey key;
    private final String cluster;
    private final String kind;
    private final List<StoredObject> objects = new ArrayList<>();
    private final Object signs = new Object();
    private long sign; // guarded by signs
    private long renewedAt; // guarded by signs
    private byte @Nullable [] manifest;
    private boolean published;
    private boolean closed;

    RunningBackup(CatalogueWriter writer, BackupId id, @Nullable DataKey key, String cluster, String kind) {
        this.writer = writer;
        this.repository = writer.repository();
        this.id = id;
        this.key = key;
        this.cluster = cluster;
        this.kind = kind;
    }

    /** Returns false if somebody has that id. */
    boolean begin() {
        synchronized (signs) {
            renewedAt = writer.clock().nanoTime();
            return putSign(0);
        }
    }

    private boolean putSign(long number) {
        String name = Layout.running(id) + number;
        return writer.sealed().put(name, writer.sealed().seal(name, FORMAT, Sealed.nothing(), null));
    }

    /** Its id. */
    public BackupId id() {
        return id;
    }

    /**
     * Gives a sign of life. Done by itself once a minute while {@link #put} writes; to be called as often by whoever makes a
     * backup whose source stands still.
     *
     * @throws NotPublishedException if going on is of no use: somebody has taken over, or has taken this for dead
     */
    public void renew() {
        synchronized (signs) {
            putSign(sign + 1); // false if an earlier attempt failed after it was stored
            repository.delete(Layout.running(id) + sign);
            sign++;
            renewedAt = writer.clock().nanoTime();
        }
        writer.fences().check(writer.token(), "the backup " + id);
        if (!repository.list(Layout.manifest(id)).isEmpty()) {
            throw collected();
        }
    }

    private void renewIfDue() {
        boolean due;
        synchronized (signs) {
            due = writer.clock().nanoTime() - renewedAt >= RENEW_EVERY_NANOS;
        }
        if (due) {
            renew();
        }
    }

    private NotPublishedException collected() {
        return new NotPublishedException(
                Why.COLLECTED,
                "the backup " + id + " in " + repository.describe()
                        + " was silent for so long that it was given up for dead,"
                        + " and its objects are collected; make another one");
    }

    /**
     * Writes one container.
     *
     * @param part its name within this backup
     * @param compressed by zstd
     * @param content writes what is to be backed up; what it throws is thrown here, and nothing is stored
     * @param progress told of every frame; may block
     * @throws NotPublishedException if going on is of no use, as of {@link #renew}
     * @throws IllegalArgumentException if there is such a part already
     */
    public StoredObject put(String part, boolean compressed, Content content, Progress progress) throws IOException {
        if (manifest != null || closed) {
            throw new IllegalStateException("the backup " + id + " is published or closed");
        }
        String name = BackupRepository.checkName(Layout.data(id) + part);
        renewIfDue();
        ContainerHeader header = new ContainerHeader(
                compressed,
                writer.randomBytes(SALT_BYTES),
                new About(cluster, id.toString(), name, kind),
                key == null ? null : key.wrapped());
        List<Written> written = new ArrayList<>();
        boolean stored = repository.putIfAbsent(name, out -> {
            Progress alive = (contentBytes, storedBytes) -> {
                renewIfDue();
                progress.at(contentBytes, storedBytes);
            };
            try (ContainerWriter container = new ContainerWriter(
                    out, header, key == null ? null : key.key(), ContainerWriter.DEFAULT_LEVEL, alive)) {
                content.writeTo(container);
                written.add(container.finish());
            }
        });
        if (!stored) {
            throw new IllegalArgumentException("the backup " + id + " has a part " + part + " already");
        }
        Written whole = written.get(0);
        StoredObject object = new StoredObject(name, whole.contentBytes(), whole.storedBytes(), whole.sha256());
        objects.add(object);
        return object;
    }

    /**
     * Enters it in the catalogue. When this returns, the backup is there, whatever dies afterwards. May be repeated after an
     * exception of the repository, with the same outcome.
     *
     * @param source the node that it was taken from
     * @param range which part of the log it stands for
     * @param needs the backups without which it does not restore; they must be listed
     * @throws NotPublishedException if it is not, or not for sure
     * @throws IllegalArgumentException if a backup that it needs is not there
     */
    public Manifest publish(String source, Range range, List<BackupId> needs) {
        if (closed) {
            throw new IllegalStateException("the backup " + id + " is closed");
        }
        writer.fences().check(writer.token(), "the backup " + id);
        Manifest entry = new Manifest(
                id,
                cluster,
                kind,
                source,
                range,
                Instant.ofEpochMilli(writer.clock().wallMillis()),
                objects,
                needs);
        if (manifest == null && !needs.isEmpty()) {
            checkNeeds(needs);
        }
        String name = Layout.manifest(id);
        byte[] bytes = manifest == null ? writer.sealed().seal(name, Manifest.FORMAT, entry.toJson(), key) : manifest;
        manifest = bytes;
        boolean stored = writer.sealed().put(name, bytes);
        // An earlier attempt may have stored it and failed afterwards.
        if (!stored && !Arrays.equals(writer.sealed().bytes(name), bytes)) {
            throw collected();
        }
        writer.fences().check(writer.token(), "the backup " + id);
        published = true;
        return Manifest.fromJson(writer.sealed().open(name, bytes, id.toString()));
    }

    private void checkNeeds(List<BackupId> needs) {
        Inventory inventory = new Inventory(repository, writer.sealed(), writer.fences());
        for (BackupId need : needs) {
            if (!inventory.counting().contains(need)) {
                throw new IllegalArgumentException("the backup " + id + " needs " + need + ", which is not there");
            }
        }
    }

    /** Ends it. What was not published is removed as far as that can be done now, and else collected later. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.running().remove(id);
        try {
            if (manifest == null) {
                Deletion.removeAll(repository, Layout.data(id));
            }
            if (manifest == null || published) {
                Deletion.removeAll(repository, Layout.running(id));
            }
        } catch (BackupRepositoryException left) {
            LOG.warn("{}: what is left of the backup {} will be collected later", repository.describe(), id, left);
        }
    }
}
