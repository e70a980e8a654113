package io.holdfast.backup.source;

import io.holdfast.backup.source.DirectoryRestore.Restored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tree of an archive. Files are for this process alone until they are whole; directories get their permissions and times
 * when all is in them. Not thread-safe.
 */
final class TreeReader {
    private static final Logger LOG = LoggerFactory.getLogger(TreeReader.class);
    private static final int HOLE = 64 * 1024;
    private static final byte[] ZEROS = new byte[HOLE];
    private static final int PERMISSIONS = 07777;
    private static final int OWNERS_OWN = 0700;
    private static final LinkOption[] ITSELF = {LinkOption.NOFOLLOW_LINKS};

    private final Path target;
    private final byte[] root;
    private final boolean owners;
    private final boolean forced;
    private final Remarks remarks = new Remarks();
    /** Those that the last entry is in, the innermost first. */
    private final Deque<Open> open = new ArrayDeque<>();

    private final byte[] block = new byte[HOLE];
    private long files;
    private long directories;
    private long links;
    private long bytes;
    private long ownersLeft;
    private long timesCut;

    private record Open(TarEntry entry, Path path) {}

    TreeReader(Path target, boolean owners, boolean forced) throws IOException {
        if (!Files.isDirectory(target)) {
            throw new SourceFailedException("directory " + target + ": there is no such directory; make an empty one");
        }
        this.target = target.toRealPath();
        this.root = RawNames.of(this.target);
        this.owners = owners;
        this.forced = forced;
    }

    private Path marker() {
        return target.resolve(DirectoryRestore.UNFINISHED);
    }

    void begin() throws IOException {
        try (DirectoryStream<Path> there = Files.newDirectoryStream(target)) {
            for (Path first : there) {
                throw new SourceFailedException("directory " + target + ": it is not empty, there is "
                        + RawNames.printable(RawNames.beneath(root, first))
                        + "; a restore overwrites nothing: empty it, or take another one");
            }
        }
        Files.createFile(marker());
    }

    /** Removes what is not whole. */
    void end(boolean whole) {
        if (whole) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            markAgain();
            Files.walkFileTree(target, new Removal());
            Files.deleteIfExists(marker());
            LOG.info("{}: what was restored of an archive that failed is removed", target);
        } catch (IOException left) {
            LOG.warn(
                    "{}: it was not restored as a whole, and what there is could not be removed; empty it by hand",
                    target,
                    left);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What dies while it removes must not look whole; it does remove if there is no room for the marker. */
    private void markAgain() {
        try {
            letIn(target);
            if (!Files.exists(marker(), ITSELF)) {
                Files.createFile(marker());
            }
        } catch (IOException unmarked) {
            LOG.debug("{}: removed without being marked as unfinished", target, unmarked);
        }
    }

    /** Returns false if this process could go into the directory and change it all along, as far as permissions go. */
    private static boolean letIn(Path directory) throws IOException {
        int permissions = FileFacts.of(directory).permissions();
        if ((permissions & OWNERS_OWN) == OWNERS_OWN) {
            return false;
        }
        try {
            setMode(directory, permissions | OWNERS_OWN);
        } catch (FileSystemException closed) {
            // Java opens what it is not to follow, which such a directory does not allow: JDK 17 says so, and later
            // ones
            // that it is a directory, since they try to open it for writing then.
            if (!Files.isDirectory(directory, ITSELF)) {
                throw closed;
            }
            Files.setAttribute(directory, "unix:mode", permissions | OWNERS_OWN);
        }
        return true;
    }

    private final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!file.equals(marker())) {
                Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            if (!directory.equals(target)) {
                letIn(directory);
            }
            return FileVisitResult.CONTINUE;
        }

        /** A directory that has its permissions already may not even let itself be read. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            if (failed instanceof AccessDeniedException && Files.isDirectory(file, ITSELF) && letIn(file)) {
                Files.walkFileTree(file, this);
                return FileVisitResult.CONTINUE;
            }
            throw failed;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed) throws IOException {
            if (failed != null) {
                throw failed;
            }
            if (!directory.equals(target)) {
                Files.delete(directory);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    Restored restore(InputStream part) throws IOException {
        force(target);
        TarReader tar = new TarReader(part);
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            Interrupted.checkInContent("the restore of " + target);
            leave(entry);
            switch (entry.type()) {
                case DIRECTORY -> directory(entry);
                case FILE -> file(entry, tar);
                case SYMBOLIC_LINK -> symbolicLink(entry);
                case HARD_LINK -> hardLink(entry);
                default -> throw new IllegalStateException(entry.type().name());
            }
        }
        while (!open.isEmpty() && !open.peek().path().equals(target)) {
            close(open.pop());
        }
        finishRoot();
        if (ownersLeft > 0) {
            remarks.add(
                    "the owners of " + ownersLeft + " files and directories are not set, since this process may not;"
                            + " DirectoryRestore.withoutOwners() if that is meant");
        }
        if (timesCut > 0) {
            remarks.add(
                    "the times of " + timesCut + " files and directories are from before 1970, and set to the second");
        }
        return new Restored(files, directories, links, bytes, remarks.list());
    }

    /**
     * All else is whole and forced. The directory itself may be somebody else's, who lets this process write to it: that it keeps its
     * permissions and time is worth a remark, and not what was restored. What can fail is tried before the marker goes; whether the marker
     * can go is not left to the permissions that were stored.
     */
    private void finishRoot() throws IOException {
        // Opened before it may lose the permission to be read.
        try (FileChannel channel = forced ? FileChannel.open(target, StandardOpenOption.READ) : null) {
            if (open.isEmpty()) {
                force(channel);
                Files.delete(marker());
            } else {
                finishRoot(open.pop().entry(), channel);
            }
            force(channel);
        }
    }

    private void finishRoot(TarEntry entry, @Nullable FileChannel channel) throws IOException {
        boolean may = remarked(() -> {
            own(target, entry);
            setMode(target, entry.mode() | OWNERS_OWN);
        });
        force(channel);
        Files.delete(marker());
        if (may) {
            remarked(() -> {
                setTime(target, entry);
                setMode(target, entry.mode());
            });
        }
    }

    /** Something that may be refused. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private boolean remarked(Step step) {
        try {
            step.run();
            return true;
        } catch (IOException refused) {
            remarks.add(
                    "the directory that it is restored into keeps its permissions and time, since this process may not set"
                            + " them: " + refused.getMessage());
            LOG.debug("{} keeps its permissions and time", target, refused);
            return false;
        }
    }

    /** Directories that the next entry is not in have all that they get. */
    private void leave(TarEntry next) throws IOException {
        while (!open.isEmpty() && !isBeneath(open.peek().entry().name(), next.name())) {
            close(open.pop());
        }
    }

    private static boolean isBeneath(byte[] directory, byte[] name) {
        if (directory.length == 0) {
            return true;
        }
        return name.length > directory.length
                && name[directory.length] == '/'
                && Arrays.equals(name, 0, directory.length, directory, 0, directory.length);
    }

    private void directory(TarEntry entry) throws IOException {
        Path path = target;
        if (entry.name().length > 0) {
            path = place(entry);
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else if (directories + files + links > 0) {
            throw refused(entry, "it is not the first one");
        }
        directories++;
        open.push(new Open(entry, path));
    }

    private void close(Open directory) throws IOException {
        Path path = directory.path();
        // Opened before it may lose the permission to be read.
        try (FileChannel channel = forced ? FileChannel.open(path, StandardOpenOption.READ) : null) {
            dress(path, directory.entry());
            force(channel);
        }
    }

    private void file(TarEntry entry, TarReader tar) throws IOException {
        Path path = place(entry);
        try (FileChannel file = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            copy(entry, tar, file);
            dress(path, entry);
            if (forced) {
                file.force(true);
            }
        }
        files++;
        bytes += entry.size();
    }

    private void copy(TarEntry entry, TarReader tar, FileChannel file) throws IOException {
        int filled = 0;
        for (int read = 0; read >= 0; read = tar.read(block, filled, HOLE - filled)) {
            filled += read;
            if (filled == HOLE) {
                write(file, block, filled);
                filled = 0;
            }
        }
        write(file, block, filled);
        if (file.size() < entry.size()) {
            file.write(ByteBuffer.allocate(1), entry.size() - 1);
        }
    }

    /** Leaves a hole where a whole block is of zeros. */
    private static void write(FileChannel file, byte[] block, int length) throws IOException {
        if (length == HOLE && Arrays.equals(block, ZEROS)) {
            file.position(file.position() + length);
            return;
        }
        ByteBuffer piece = ByteBuffer.wrap(block, 0, length);
        while (piece.hasRemaining()) {
            file.write(piece);
        }
    }

    private void symbolicLink(TarEntry entry) throws IOException {
        Path path = place(entry);
        if (entry.target().length == 0 || contains(entry.target(), (byte) 0)) {
            throw refused(entry, "a link to nowhere");
        }
        Files.createSymbolicLink(path, RawNames.target(entry.target()));
        own(path, entry);
        links++;
    }

    private void hardLink(TarEntry entry) throws IOException {
        Path path = place(entry);
        Path first = place(entry, entry.target());
        if (!isFileOrLink(first)) {
            throw refused(entry, "a name of " + RawNames.printable(entry.target()) + ", which is no file before it");
        }
        Files.createLink(path, first);
        links++;
    }

    private static boolean isFileOrLink(Path path) throws IOException {
        try {
            FileFacts facts = FileFacts.of(path);
            return facts.isFile() || facts.isLink();
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    private Path place(TarEntry entry) throws IOException {
        return place(entry, entry.name());
    }

    /** Where that is, if each directory on the way is one of those that were made here. */
    private Path place(TarEntry entry, byte[] name) throws IOException {
        int begin = 0;
        for (int i = 0; i <= name.length; i++) {
            if (i < name.length && name[i] == 0) {
                throw refused(entry, "its name has a zero byte");
            }
            if (i == name.length || name[i] == '/') {
                checkStep(entry, name, begin, i);
                begin = i + 1;
            }
        }
        return RawNames.resolve(root, name);
    }

    private void checkStep(TarEntry entry, byte[] name, int begin, int end) throws IOException {
        int length = end - begin;
        boolean dot = length == 1 && name[begin] == '.';
        boolean dots = length == 2 && name[begin] == '.' && name[begin + 1] == '.';
        if (length == 0 || dot || dots) {
            throw refused(entry, "its name may lead out of the directory");
        }
        if (end < name.length) {
            Path directory = RawNames.resolve(root, Arrays.copyOf(name, end));
            if (!Files.isDirectory(directory, ITSELF)) {
                throw refused(entry, RawNames.printable(Arrays.copyOf(name, end)) + " is no directory before it");
            }
        }
    }

    private static boolean contains(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    private SourceFailedException refused(TarEntry entry, String why) {
        return new SourceFailedException(
                "directory " + target + ": the archive has an entry " + entry.printable() + " that is refused: " + why);
    }

    /**
     * The owner first, as a change of it takes some permissions away; the permissions last, as they may be such that not even the owner
     * can open it for a change of its time.
     */
    private void dress(Path path, TarEntry entry) throws IOException {
        own(path, entry);
        setTime(path, entry);
        setMode(path, entry.mode());
    }

    private static void setMode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode & PERMISSIONS, ITSELF);
    }

    private void setTime(Path path, TarEntry entry) throws IOException {
        Instant modified = entry.modified();
        Instant second = modified.truncatedTo(ChronoUnit.SECONDS);
        if (modified.isBefore(Instant.EPOCH) && !modified.equals(second)) {
            // Java takes the fraction for a negative one, is refused, and sets 1970 without a word.
            modified = second;
            timesCut++;
        }
        Files.setLastModifiedTime(path, FileTime.from(modified));
    }

    private void own(Path path, TarEntry entry) throws IOException {
        if (!owners) {
            return;
        }
        FileFacts facts = FileFacts.of(path);
        if (facts.uid() == entry.uid() && facts.gid() == entry.gid()) {
            return;
        }
        try {
            Files.setAttribute(path, "unix:uid", (int) entry.uid(), ITSELF);
            Files.setAttribute(path, "unix:gid", (int) entry.gid(), ITSELF);
        } catch (IOException refused) {
            ownersLeft++;
            LOG.debug("{} stays with its owner: {}", path, refused.toString());
        }
    }

    private void force(Path directory) throws IOException {
        try (FileChannel channel = forced ? FileChannel.open(directory, StandardOpenOption.READ) : null) {
            force(channel);
        }
    }

    private static void force(@Nullable FileChannel channel) throws IOException {
        if (channel != null) {
            channel.force(true);
        }
    }
}
