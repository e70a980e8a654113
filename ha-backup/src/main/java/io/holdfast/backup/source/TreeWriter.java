package io.holdfast.backup.source;

import io.holdfast.backup.BackupSource.Parts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes a tree as an archive, one file after the other. Of what has several names it remembers the first. Not thread-safe. */
final class TreeWriter extends SimpleFileVisitor<Path> {
    private static final Duration ALIVE_EVERY = Duration.ofSeconds(30);

    private final Path root;
    private final byte[] rootName;
    private final Predicate<Path> leftOut;
    private final boolean remarkUnreadable;
    private final Parts parts;
    private final Remarks remarks;
    private final OutputStream out;
    private final TarWriter tar;
    private final Map<FileFacts.Id, First> firsts = new HashMap<>();
    private final OwnerNames names = new OwnerNames();
    private final byte[] buffer = new byte[128 * 1024];
    private Deadline silence = Deadline.in(ALIVE_EVERY);
    private long files;
    private long directories;
    private long links;
    private long bytes;
    private long without;

    /** The first name of what has several, and what it was then: its number may be another file's by now. */
    private record First(byte[] name, FileFacts.Version version) {}

    TreeWriter(
            Path root,
            Predicate<Path> leftOut,
            boolean remarkUnreadable,
            Parts parts,
            Remarks remarks,
            OutputStream out) {
        this.root = root;
        this.rootName = RawNames.of(root);
        this.leftOut = leftOut;
        this.remarkUnreadable = remarkUnreadable;
        this.parts = parts;
        this.remarks = remarks;
        this.out = out;
        this.tar = new TarWriter(out);
    }

    void write() throws IOException {
        Files.walkFileTree(root, this);
        tar.end();
        out.flush();
    }

    /** For the catalogue. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("files", Long.toString(files));
        facts.put("directories", Long.toString(directories));
        facts.put("links", Long.toString(links));
        facts.put("bytes", Long.toString(bytes));
        facts.put("left-out", Long.toString(without));
        return facts;
    }

    private byte[] name(Path path) {
        return RawNames.beneath(rootName, path);
    }

    private static String shown(byte[] name) {
        return name.length == 0 ? "." : RawNames.printable(name);
    }

    private void goOn() throws IOException {
        Interrupted.checkInContent("the directory " + root + " is not read any further");
        if (silence.left() <= 0) {
            parts.alive();
            silence = Deadline.in(ALIVE_EVERY);
        }
    }

    private boolean isLeftOut(Path path) {
        boolean out = !path.equals(root) && leftOut.test(root.relativize(path));
        without += out ? 1 : 0;
        return out;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        goOn();
        if (isLeftOut(directory)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        try {
            FileFacts facts = FileFacts.of(directory, names);
            tar.begin(entry(name(directory), TarEntry.Type.DIRECTORY, facts, 0, new byte[0]));
            directories++;
            return FileVisitResult.CONTINUE;
        } catch (NoSuchFileException vanished) {
            return vanished(directory, vanished);
        }
    }

    private static TarEntry entry(byte[] name, TarEntry.Type type, FileFacts facts, long size, byte[] target) {
        return new TarEntry(
                name,
                type,
                facts.permissions(),
                facts.uid(),
                facts.gid(),
                facts.owner(),
                facts.group(),
                size,
                facts.modified(),
                target);
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
        goOn();
        if (isLeftOut(path)) {
            return FileVisitResult.CONTINUE;
        }
        byte[] name = name(path);
        FileFacts facts;
        try {
            facts = FileFacts.of(path, names);
        } catch (NoSuchFileException vanished) {
            return vanished(path, vanished);
        }
        First first = facts.links() > 1 ? firsts.get(facts.id()) : null;
        if (first != null && !first.version().equals(facts.version())) {
            remarks.add("changed since it was read as " + shown(first.name()) + ": " + shown(name)
                    + "; stored once more, and no longer as one file");
            first = null;
        }
        if (first != null) {
            tar.begin(entry(name, TarEntry.Type.HARD_LINK, facts, 0, first.name()));
            links++;
        } else if (facts.isFile()) {
            file(path, name, facts);
        } else if (facts.isLink()) {
            link(path, name, facts);
        } else {
            remarks.add("not stored: " + shown(name) + " is " + facts.special());
        }
        return FileVisitResult.CONTINUE;
    }

    private void link(Path path, byte[] name, FileFacts facts) throws IOException {
        Path target;
        try {
            target = Files.readSymbolicLink(path);
        } catch (IOException failed) {
            visitFileFailed(path, failed);
            return;
        }
        tar.begin(entry(name, TarEntry.Type.SYMBOLIC_LINK, facts, 0, RawNames.ofTarget(target)));
        links++;
        remember(name, facts);
    }

    private void remember(byte[] name, FileFacts facts) {
        if (facts.links() > 1) {
            firsts.put(facts.id(), new First(name, facts.version()));
        }
    }

    private void file(Path path, byte[] name, FileFacts before) throws IOException {
        InputStream in;
        try {
            in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException failed) {
            visitFileFailed(path, failed);
            return;
        }
        try (in) {
            tar.begin(entry(name, TarEntry.Type.FILE, before, before.size(), new byte[0]));
            long stored = copy(in, name, before.size());
            if (stored < before.size()) {
                tar.fill();
            } else {
                remarkChanges(path, name, before);
            }
        }
        files++;
        bytes += before.size();
        remember(name, before);
    }

    /** What was read of it, up to that size; there is a remark if it is less. */
    private long copy(InputStream in, byte[] name, long size) throws IOException {
        long stored = 0;
        while (stored < size) {
            int read = read(in, name, stored, size);
            if (read < 0) {
                return stored;
            }
            tar.content(buffer, read);
            stored += read;
            goOn();
        }
        return stored;
    }

    /** What fails to be read is told apart from what fails to be written. */
    private int read(InputStream in, byte[] name, long stored, long size) throws IOException {
        try {
            int read = in.read(buffer, 0, (int) Math.min(size - stored, buffer.length));
            if (read < 0) {
                remarks.add("shrank while it was read: " + shown(name) + ", from " + size + " to " + stored
                        + " bytes; filled up with zeros");
            }
            return read;
        } catch (IOException failed) {
            if (!remarkUnreadable) {
                throw unreadable(name, failed);
            }
            remarks.add("not readable: " + shown(name) + " from byte " + stored + " on; filled up with zeros: "
                    + failed.getMessage());
            return -1;
        }
    }

    private void remarkChanges(Path path, byte[] name, FileFacts before) throws IOException {
        try {
            FileFacts after = FileFacts.of(path);
            if (!after.isAsBefore(before)) {
                String grown = after.size() > before.size()
                        ? "; stored are the first " + before.size() + " of now " + after.size() + " bytes"
                        : "";
                remarks.add("changed while it was read: " + shown(name) + grown);
            }
        } catch (NoSuchFileException removed) {
            remarks.add("removed while it was read, and stored: " + shown(name));
        }
    }

    private FileVisitResult vanished(Path path, NoSuchFileException why) throws IOException {
        if (path.equals(root)) {
            throw why;
        }
        remarks.add("vanished before it was read, and not stored: " + shown(name(path)));
        return FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException failed) throws IOException {
        if (path.equals(root)) {
            throw unreadable(new byte[0], failed);
        } else if (failed instanceof NoSuchFileException vanished) {
            return vanished(path, vanished);
        } else if (isLeftOut(path)) {
            return FileVisitResult.CONTINUE;
        } else if (!remarkUnreadable) {
            throw unreadable(name(path), failed);
        }
        remarks.add("not readable, and not stored: " + shown(name(path)) + ": " + words(failed));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed) throws IOException {
        if (failed instanceof NoSuchFileException) {
            remarks.add("vanished while it was read: " + shown(name(directory)) + "; some of it may not be stored");
        } else if (failed != null && !remarkUnreadable) {
            throw unreadable(name(directory), failed);
        } else if (failed != null) {
            remarks.add("not readable as a whole: " + shown(name(directory)) + "; some of it is not stored: "
                    + words(failed));
        }
        return FileVisitResult.CONTINUE;
    }

    private static String words(IOException failed) {
        return failed.getClass().getSimpleName() + " " + failed.getMessage();
    }

    private SourceFailedException unreadable(byte[] name, IOException failed) {
        return new SourceFailedException(
                "directory " + root + ": " + shown(name) + " cannot be read: " + words(failed)
                        + "; let this process read it, leave it out, or take DirectorySource.remarkUnreadable()",
                failed);
    }
}
