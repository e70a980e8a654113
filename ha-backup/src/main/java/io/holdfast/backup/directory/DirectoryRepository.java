package io.holdfast.backup.directory;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.ResumablePut;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A repository that is a directory. An object is written under a name of its own in {@value #UNFINISHED}, forced, and then
 * <em>linked</em> to its final name: a link is made wholly or not at all, and never over another file, which a rename would
 * replace. File systems without links are refused rather than served with less.
 *
 * <p>A temporary name is random and never used twice, so a writer whose file was collected can only fail: it cannot link what
 * somebody else has put there since.
 */
public final class DirectoryRepository implements BackupRepository {
    /** Begins with a dot, as no object's name does. */
    static final String UNFINISHED = ".unfinished";
    /** How often a directory is made again that somebody removed as empty in between. */
    private static final int ATTEMPTS = 10;
    /** Shorter objects are stored at once. */
    static final long PIECE_BYTES = 64L << 20;

    /** For so long what is stored in pieces waits for somebody to go on with it: a store may be away for days. */
    private static final Duration RESUMABLE_FOR = Duration.ofDays(7);

    private final Path root;
    private final Path unfinished;
    private final Storage storage;
    private final long pieceBytes;
    private final Failures failures;
    private final Set<Path> underWay = ConcurrentHashMap.newKeySet();

    /** @param storage how files are written and forced */
    public DirectoryRepository(Path root, Storage storage) {
        this(root, storage, PIECE_BYTES);
    }

    /** With pieces of another length. */
    public DirectoryRepository(Path root, Storage storage, long pieceBytes) {
        this.root = root.toAbsolutePath().normalize();
        this.unfinished = this.root.resolve(UNFINISHED);
        this.storage = storage;
        this.pieceBytes = pieceBytes;
        this.failures = new Failures(this.root);
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        try (Put put = begin(name)) {
            if (put == null) {
                return false;
            }
            content.writeTo(put.out());
            return put.finish();
        }
    }

    /** Begins a put in steps, for who has not all of the content at once; null if an object of that name is there. To be closed. */
    public @Nullable Put begin(String name) {
        Path target = path(name);
        failures.checkRoot(name);
        if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Path temporary = unfinished.resolve(UUID.randomUUID().toString());
        underWay.add(temporary);
        try {
            makeDirectory(unfinished);
            StorageFile file = storage.open(temporary, OpenMode.CREATE);
            return new Put(
                    name,
                    target,
                    temporary,
                    new FileOutput(file, failed -> failures.of(name, "cannot be written", failed)));
        } catch (IOException failed) {
            underWay.remove(temporary);
            removeQuietly(temporary);
            failures.checkRoot(name);
            throw failures.of(name, "cannot be written", failed);
        } catch (RuntimeException failed) {
            underWay.remove(temporary);
            throw failed;
        }
    }

    /** A put in steps: as {@link #putIfAbsent}, and of one thread at a time. */
    public final class Put implements AutoCloseable {
        private final String name;
        private final Path target;
        private final Path temporary;
        private final FileOutput out;
        private boolean written;

        private Put(String name, Path target, Path temporary, FileOutput out) {
            this.name = name;
            this.target = target;
            this.temporary = temporary;
            this.out = out;
        }

        /** Takes the content. Failures are the repository's. */
        public OutputStream out() {
            return out;
        }

        /** @return false if an object of that name is there */
        public boolean finish() {
            out.finish();
            written = true;
            out.close();
            return link(name, temporary, target);
        }

        /** Nothing is left of what was not finished. */
        @Override
        public void close() {
            try {
                if (!written) {
                    out.close();
                }
            } finally {
                removeQuietly(temporary);
                underWay.remove(temporary);
            }
        }
    }

    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        return Optional.ofNullable(beginPieces(name, bytes, content));
    }

    /** As {@link #resumable}, in steps; null for empty. */
    public @Nullable SteppedPut beginPieces(String name, long bytes, String content) {
        Path target = path(name);
        failures.checkRoot(name);
        if (bytes <= pieceBytes) {
            return null;
        }
        String key = ResumableNames.PREFIX + ResumableFile.digest(name + "\n" + content);
        if (!underWay.add(unfinished.resolve(key))) {
            return null;
        }
        ResumableNames names = ResumableNames.fresh(unfinished, key);
        underWay.add(names.data());
        underWay.add(names.list());
        ResumableFile.Place place = new ResumableFile.Place() {
            @Override
            public boolean publish() {
                return link(name, names.data(), target);
            }

            @Override
            public boolean isOurs() {
                return Files.exists(names.data(), LinkOption.NOFOLLOW_LINKS);
            }

            @Override
            public void remove() {
                removeQuietly(names.list()); // first: what is left is of no use without it
                removeQuietly(names.data());
            }

            @Override
            public void leave() {
                underWay.remove(names.list());
                underWay.remove(names.data());
                underWay.remove(unfinished.resolve(key));
            }
        };
        try {
            makeDirectory(unfinished);
            boolean takenOver = names.takeOver(storage, unfinished, key);
            if (takenOver && Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                place.remove(); // it may be that very file, of who died when it had published it
                takenOver = false;
            }
            return ResumableFile.open(
                    storage,
                    names,
                    pieceBytes,
                    takenOver,
                    place,
                    failed -> failures.of(name, "cannot be written", failed));
        } catch (IOException failed) {
            place.leave();
            failures.checkRoot(name);
            throw failures.of(name, "cannot be written", failed);
        } catch (RuntimeException failed) {
            place.leave();
            throw failed;
        }
    }

    /** With those above it, but never the root: that would stand in the place of what is not mounted. */
    private void makeDirectory(Path directory) throws IOException {
        if (directory.equals(root) || Files.isDirectory(directory)) {
            return;
        }
        makeDirectory(parent(directory));
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException made) {
            if (Files.isDirectory(directory)) {
                return;
            }
            // A file is in its place; or somebody has made it and removed it as empty, which is tried again.
            throw Files.isRegularFile(directory) ? made : new NoSuchFileException(directory.toString());
        }
    }

    private boolean link(String name, Path temporary, Path target) {
        Path parent = parent(target);
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    makeDirectory(parent);
                    Files.createLink(target, temporary);
                    break;
                } catch (FileAlreadyExistsException exists) {
                    if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                        throw exists;
                    }
                    // NFS repeats a request whose answer was lost, and then finds its own link.
                    if (!Files.isSameFile(target, temporary)) {
                        return false;
                    }
                    break;
                } catch (IOException gone) {
                    boolean again = Failures.isOfAbsence(gone)
                            && attempt < ATTEMPTS
                            && Files.exists(temporary, LinkOption.NOFOLLOW_LINKS);
                    if (!again) {
                        throw gone;
                    }
                }
            }
            // All of them: a directory that was there already may be another writer's, who has not forced it yet.
            for (Path above = parent; !above.equals(root); above = parent(above)) {
                forceWhatIsLeft(above);
            }
            storage.forceDirectory(root);
            return true;
        } catch (UnsupportedOperationException noLinks) {
            throw failures.unfit(name, noLinks);
        } catch (FileSystemException failed) {
            throw failures.ofLink(name, failed);
        } catch (IOException failed) {
            throw failures.of(name, "cannot be stored", failed);
        }
    }

    private void removeQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException left) {
            // What is left is collected like that of a process that died.
            failures.left(temporary, left);
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        Path file = path(name);
        if (offset < 0) {
            throw new IllegalArgumentException("the offset is " + offset);
        }
        StorageFile opened;
        try {
            opened = storage.open(file, OpenMode.READ);
        } catch (IOException failed) {
            failures.checkRoot(name);
            throw failures.of(name, "cannot be read", failed);
        }
        return new FileInput(opened, offset, failed -> failures.of(name, "cannot be read", failed));
    }

    @Override
    public long size(String name) {
        try {
            return attributes(path(name)).size();
        } catch (IOException failed) {
            failures.checkRoot(name);
            throw failures.of(name, "cannot be looked at", failed);
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<Stored> list(String prefix) {
        failures.checkRoot(prefix);
        List<Stored> found = new ArrayList<>();
        int slash = prefix.lastIndexOf('/');
        // Only what may be part of a name is looked into, so no prefix leads out of the directory.
        if (slash < 0 || isName(prefix.substring(0, slash))) {
            try {
                walk(slash < 0 ? root : root.resolve(prefix.substring(0, slash)), prefix, found);
            } catch (IOException failed) {
                throw failures.of(prefix, "cannot be listed", failed);
            }
        }
        found.sort(Comparator.comparing(Stored::name));
        return List.copyOf(found);
    }

    private void walk(Path directory, String prefix, List<Stored> found) throws IOException {
        for (Path entry : storage.list(directory)) {
            String name = root.relativize(entry).toString().replace('\\', '/');
            if (!isName(name)) {
                continue; // the unfinished, and what a file system keeps for itself
            }
            BasicFileAttributes attributes;
            try {
                attributes = attributes(entry);
            } catch (NoSuchFileException deleted) {
                continue;
            }
            if (attributes.isDirectory()) {
                if (name.startsWith(prefix) || prefix.startsWith(name + "/")) {
                    walk(entry, prefix, found);
                }
            } else if (attributes.isRegularFile() && name.startsWith(prefix)) {
                found.add(new Stored(
                        name, attributes.size(), attributes.lastModifiedTime().toMillis()));
            }
        }
    }

    @Override
    public boolean delete(String name) {
        Path file = path(name);
        failures.checkRoot(name);
        try {
            Files.delete(file);
            forceWhatIsLeft(parent(file));
            removeEmptyParents(file);
            return true;
        } catch (NoSuchFileException absent) {
            return false;
        } catch (IOException failed) {
            throw failures.of(name, "cannot be deleted", failed);
        }
    }

    /** Who deletes the last object of a directory takes the directory, too, and another deletion may have been about to force it. */
    private void forceWhatIsLeft(Path directory) throws IOException {
        try {
            storage.forceDirectory(directory);
        } catch (IOException failed) {
            if (directory.equals(root) || !Failures.isOfAbsence(failed)) {
                throw failed;
            }
            forceWhatIsLeft(parent(directory));
        }
    }

    private void removeEmptyParents(Path file) throws IOException {
        for (Path parent = parent(file); !parent.equals(root); parent = parent(parent)) {
            try {
                Files.delete(parent);
            } catch (DirectoryNotEmptyException | NoSuchFileException done) {
                return;
            }
        }
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        failures.checkRoot(UNFINISHED);
        Path probe = unfinished.resolve(UUID.randomUUID().toString());
        underWay.add(probe);
        try {
            if (storage.list(unfinished).isEmpty()) {
                return 0;
            }
            // The age is told by the file system's own clock, which may be another machine's.
            storage.open(probe, OpenMode.CREATE).close();
            long now = attributes(probe).lastModifiedTime().toMillis();
            return collect(now, now - silentFor.toMillis());
        } catch (IOException failed) {
            throw failures.of(UNFINISHED, "cannot be collected", failed);
        } finally {
            removeQuietly(probe);
            underWay.remove(probe);
        }
    }

    /** How many bytes lie here in pieces of objects that are not whole, and at which nobody in this process is. */
    public long bytesInPieces() {
        long bytes = 0;
        try {
            for (Path file : storage.list(unfinished)) {
                if (ResumableNames.isOne(file) && !underWay.contains(file)) {
                    bytes += bytesOf(file);
                }
            }
        } catch (IOException failed) {
            throw failures.of(UNFINISHED, "cannot be listed", failed);
        }
        return bytes;
    }

    private static long bytesOf(Path file) throws IOException {
        try {
            return attributes(file).size();
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    private int collect(long now, long silentSince) throws IOException {
        int removed = 0;
        for (Path file : storage.list(unfinished)) {
            try {
                long since = String.valueOf(file.getFileName()).startsWith(ResumableNames.PREFIX)
                        ? Math.min(silentSince, now - RESUMABLE_FOR.toMillis())
                        : silentSince;
                boolean silent = attributes(file).lastModifiedTime().toMillis() <= since;
                if (silent && !underWay.contains(file) && Files.deleteIfExists(file)) {
                    removed++;
                }
            } catch (NoSuchFileException finished) {
                // by now it is stored, or was collected by somebody else
            }
        }
        return removed;
    }

    @Override
    public String describe() {
        return "directory " + root;
    }

    @Override
    public String toString() {
        return describe();
    }

    private Path path(String name) {
        return root.resolve(BackupRepository.checkName(name));
    }

    private static boolean isName(String text) {
        try {
            BackupRepository.checkName(text);
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? root : parent;
    }
}
