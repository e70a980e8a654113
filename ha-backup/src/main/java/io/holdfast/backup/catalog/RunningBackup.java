package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.ContainerHeader;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.ContainerWriter;
import io.holdfast.backup.container.ContainerWriter.Written;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup that is being made: a sign of life, the containers one after the other, the manifest. Closing it before it is
 * published removes what was stored. {@link #renew} may be called from any thread, all else from one.
 */
public final class RunningBackup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningBackup.class);
    private static final int SALT_BYTES = 16;

    private final CatalogueWriter writer;
    private final BackupRepository repository;
    private final BackupId id;
    private final @Nullable DataKey key;
    private final String cluster;
    private final BackupKind kind;
    private final String source;
    private final String node;
    private final List<StoredObject> objects = new ArrayList<>();
    private final SignsOfLife signs;
    private byte @Nullable [] manifest;
    private @Nullable Instant ended;
    private boolean published;
    private boolean closed;
    /** A container may be stored, or be stored yet, although its put has failed. */
    private boolean inDoubt;

    RunningBackup(
            CatalogueWriter writer,
            BackupId id,
            @Nullable DataKey key,
            String cluster,
            BackupKind kind,
            String source,
            String node) {
        this.writer = writer;
        this.repository = writer.repository();
        this.id = id;
        this.key = key;
        this.cluster = cluster;
        this.kind = kind;
        this.source = source;
        this.node = node;
        this.signs = new SignsOfLife(writer, id);
    }

    /** Returns false if somebody has that id. */
    boolean begin() {
        return signs.begin();
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
        signs.renew();
        writer.fences().check(writer.token(), "the backup " + id);
        if (!repository.list(Layout.manifest(id)).isEmpty()) {
            throw collected();
        }
    }

    private void renewIfDue() {
        if (signs.isDue()) {
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
                new About(cluster, id.toString(), name, Manifest.name(kind)),
                key == null ? null : key.wrapped());
        List<Written> written = new ArrayList<>();
        boolean stored = putIfAbsent(name, out -> {
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

    private boolean putIfAbsent(String name, Content content) throws IOException {
        try {
            return repository.putIfAbsent(name, content);
        } catch (BackupRepositoryException failed) {
            // What there is no room for is refused. A full repository would not take another mark either.
            inDoubt |= failed.reason() != Reason.NO_SPACE;
            throw failed;
        }
    }

    /** What is in it was whole then, and is only put together anew. By default it is whole when it is published. */
    void endedAt(Instant moment) {
        ended = moment;
    }

    /**
     * Has a source write it, and enters it in the catalogue. If this throws, {@link #close} removes what was stored, unless it was the
     * publishing that failed. Does not close what it is given.
     *
     * @param needs the backups without which it does not restore; they must be listed
     * @param progress told of every frame, with the sums over all parts; may block
     * @throws IOException what the source threw
     * @throws InterruptedException if the source was interrupted
     * @throws NotPublishedException as of {@link #publish}
     */
    public Manifest make(Prepared prepared, List<BackupId> needs, Progress progress)
            throws IOException, InterruptedException {
        return publish(write(prepared, progress), needs);
    }

    /** The same without entering it. */
    Outcome write(Prepared prepared, Progress progress) throws IOException, InterruptedException {
        Outcome outcome = prepared.writeTo(new Parts() {
            private long contentBytes;
            private long storedBytes;

            @Override
            public void put(String part, boolean compressed, Content content) throws IOException {
                StoredObject object = RunningBackup.this.put(
                        part,
                        compressed,
                        content,
                        (ofContent, stored) -> progress.at(contentBytes + ofContent, storedBytes + stored));
                contentBytes += object.contentBytes();
                storedBytes += object.storedBytes();
            }

            @Override
            public void alive() {
                renewIfDue();
            }
        });
        outcome.remarks().forEach(remark -> LOG.warn("the backup {} of {} on {}: {}", id, source, node, remark));
        return outcome;
    }

    /**
     * Reads to its end what has been stored of it.
     *
     * @throws DamagedBackupException if that is not what was written
     */
    void readBack() throws IOException {
        for (StoredObject object : objects) {
            InputStream in = repository.read(object.name(), 0);
            try (ContainerReader reader =
                    Verifier.open(in, writer.keys(), id, object, (content, stored) -> renewIfDue())) {
                reader.drain();
            }
        }
    }

    /**
     * Enters it in the catalogue. When this returns, the backup is there, whatever dies afterwards. May be repeated after an
     * exception of the repository, with the same outcome.
     *
     * @param outcome what the source says about it
     * @param needs the backups without which it does not restore; they must be listed
     * @throws NotPublishedException if it is not, or not for sure
     * @throws IllegalArgumentException if a backup that it needs is not there, a fact has a name that is none, or nothing was written
     */
    public Manifest publish(Outcome outcome, List<BackupId> needs) {
        if (closed) {
            throw new IllegalStateException("the backup " + id + " is closed");
        }
        outcome.facts().keySet().forEach(fact -> BackupNames.check("the name of a fact", fact));
        writer.fences().check(writer.token(), "the backup " + id);
        Manifest entry = new Manifest(
                id,
                cluster,
                kind,
                source,
                node,
                outcome.range(),
                ended == null ? Instant.ofEpochMilli(writer.clock().wallMillis()) : ended,
                objects,
                needs,
                outcome.facts(),
                Remarks.kept(outcome.remarks()));
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
        Inventory inventory = new Inventory(repository, writer.sealed(), writer.fences(), writer.manifests());
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
            if (manifest == null && inDoubt) {
                // The collector sees to what comes yet, and removes the mark when it is old.
                Deletion.begin(writer.sealed(), id);
            }
            if (manifest == null) {
                Deletion.removeAll(repository, Layout.data(id));
            }
            if (manifest == null || published) {
                Deletion.removeAll(repository, Layout.running(id));
            }
        } catch (BackupRepositoryException left) {
            LOG.warn("{}: what is left of the backup {} will be collected later", repository.describe(), id, left);
            if (!published) {
                signs.keep(); // who took it for dead may have removed it, and data are left
            }
        }
    }
}
