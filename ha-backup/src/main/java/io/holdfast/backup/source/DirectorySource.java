package io.holdfast.backup.source;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Backs up a directory with all that is beneath it, as one part: an archive that any tar reads (POSIX.1-2001, "pax").
 *
 * <pre>{@code
 * BackupSource uploads = DirectorySource.of("uploads", Path.of("/srv/shop/uploads"))
 *         .leaveOut(path -> path.endsWith("cache"));
 * }</pre>
 *
 * <p>Files, directories, symbolic and hard links are stored with their permissions, owners and times; names as the bytes they are,
 * in whatever locale this process runs. Links are not followed, so loops of them do no harm. Sockets, named pipes and devices are
 * not stored, and neither are extended attributes and access control lists. {@code docs/backup-sources.md} has all odd cases.
 *
 * <p><b>It is no snapshot.</b> Files that change meanwhile are stored as they were read, and there is a remark for each that was
 * seen to change, shrink or vanish. Where that is not enough, stop who writes by a {@link BackupHook}, or make a snapshot of the file
 * system with one.
 *
 * <p>What cannot be read makes the backup fail, unless {@link #remarkUnreadable}. Memory is bounded, but for some 100 bytes for each
 * file that has several names. Needs a Unix file system. Immutable: each method returns a changed copy. {@link DirectoryRestore} is
 * the way back.
 */
public final class DirectorySource implements BackupSource {
    /** The part's name by default. */
    public static final String PART = "files.tar";

    private final String name;
    private final Path root;
    private final String part;
    private final Predicate<Path> leftOut;
    private final boolean remarkUnreadable;

    private DirectorySource(String name, Path root, String part, Predicate<Path> leftOut, boolean remarkUnreadable) {
        this.name = name;
        this.root = root;
        this.part = part;
        this.leftOut = leftOut;
        this.remarkUnreadable = remarkUnreadable;
    }

    /**
     * A directory.
     *
     * @param name as of {@link BackupSource#name}
     * @param root may be a symbolic link to one; looked at for each backup
     */
    public static DirectorySource of(String name, Path root) {
        return new DirectorySource(SourceNames.check(name), root, PART, path -> false, false);
    }

    /** What the part is called, as of {@link BackupRepository#checkName}; {@value #PART} by default. */
    public DirectorySource part(String partName) {
        return new DirectorySource(name, root, BackupRepository.checkName(partName), leftOut, remarkUnreadable);
    }

    /**
     * Leaves out more: what is told so, and all that is beneath it. How many that were is among the facts.
     *
     * @param relative asked for each file, link and directory by its path beneath the root; must not throw
     */
    public DirectorySource leaveOut(Predicate<Path> relative) {
        return new DirectorySource(name, root, part, leftOut.or(relative), remarkUnreadable);
    }

    /** Goes on with a remark where something cannot be read, which then is not stored, or filled up with zeros. */
    public DirectorySource remarkUnreadable() {
        return new DirectorySource(name, root, part, leftOut, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BackupKind kind() {
        return BackupKind.PHYSICAL;
    }

    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        return CompletableFuture.completedFuture(new Tree());
    }

    private final class Tree implements Prepared {
        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            if (!Files.isDirectory(root)) {
                throw new SourceFailedException("directory " + root
                        + ": there is no such directory; is it mounted, and may this process see it?");
            }
            if (!root.getFileSystem().supportedFileAttributeViews().contains("unix")) {
                throw new SourceFailedException(
                        "directory " + root
                                + ": its file system does not tell owners, permissions and links as Unix does; use a CommandSource");
            }
            Path real = root.toRealPath();
            if (Files.exists(real.resolve(DirectoryRestore.UNFINISHED), LinkOption.NOFOLLOW_LINKS)) {
                throw new SourceFailedException("directory " + root + ": a restore into it was not finished, as "
                        + DirectoryRestore.UNFINISHED + " in it tells; empty it and restore again");
            }
            Remarks remarks = new Remarks();
            Map<String, String> facts = new LinkedHashMap<>();
            Interrupted.put(parts, part, true, out -> {
                TreeWriter tree = new TreeWriter(real, leftOut, remarkUnreadable, parts, remarks, out);
                tree.write();
                facts.putAll(tree.facts());
            });
            return new Outcome(Optional.empty(), facts, remarks.list());
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
