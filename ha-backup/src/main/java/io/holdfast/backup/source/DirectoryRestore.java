package io.holdfast.backup.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;

/**
 * Brings back what a {@link DirectorySource} has stored, into an empty directory and nowhere else: an archive with a name that leads
 * out of it, through {@code ..}, a link or in any other way, is refused.
 *
 * <pre>{@code
 * DirectoryRestore.Restored restored = DirectoryRestore.into(Path.of("/srv/shop/uploads")).from(part);
 * }</pre>
 *
 * <p>Permissions and times are as they were, but for the times of symbolic links, and fractions of seconds before 1970. Owners are as they were, by number, as far as this
 * process may set them. Runs of at least 64 KiB of zeros become holes. When it returns, all of it survives a loss of power.
 *
 * <p>A directory that this process may write to but does not own keeps its own permissions and time, with a remark.
 *
 * <p>While it is under way, there is a file {@value #UNFINISHED} in the directory. If it fails, what it has brought is removed;
 * if the process dies, that file stays, and the directory is to be emptied by hand. Immutable: each method returns a changed copy.
 */
public final class DirectoryRestore {
    /** What stands in a directory that is not restored as a whole. */
    public static final String UNFINISHED = ".holdfast-restore-unfinished";

    private final Path target;
    private final boolean owners;
    private final boolean forced;

    private DirectoryRestore(Path target, boolean owners, boolean forced) {
        this.target = target;
        this.owners = owners;
        this.forced = forced;
    }

    /**
     * What was brought back.
     *
     * @param files regular files, a file with several names once
     * @param directories with the one that it was restored into
     * @param links symbolic ones, and further names of files
     * @param bytes of all files
     * @param remarks what an operator should know of, such as owners that could not be set
     */
    public record Restored(long files, long directories, long links, long bytes, List<String> remarks) {
        /** Copies the list. */
        public Restored {
            remarks = List.copyOf(remarks);
        }
    }

    /** Into that directory, which must be there and empty. */
    public static DirectoryRestore into(Path target) {
        return new DirectoryRestore(target, true, true);
    }

    /** Leaves all of it to whom this process runs as. */
    public DirectoryRestore withoutOwners() {
        return new DirectoryRestore(target, false, forced);
    }

    /** Sooner, and not safe from a loss of power right afterwards. */
    public DirectoryRestore unforced() {
        return new DirectoryRestore(target, owners, false);
    }

    /**
     * Brings it back.
     *
     * @param part read to its end, with which it is found whole; is not closed
     * @throws SourceFailedException if the directory is not there or not empty, or the part is no such archive
     * @throws IOException what reading {@code part} or writing threw
     */
    public Restored from(InputStream part) throws IOException, InterruptedException {
        Interrupted.check("the restore of " + target);
        TreeReader tree = new TreeReader(target, owners, forced);
        tree.begin();
        boolean whole = false;
        try {
            Restored restored = tree.restore(part);
            whole = true;
            return restored;
        } catch (ClosedByInterruptException | Interrupted interrupted) {
            Thread.interrupted();
            InterruptedException thrown = new InterruptedException("interrupted while it restored " + target);
            thrown.initCause(interrupted);
            throw thrown;
        } finally {
            tree.end(whole);
        }
    }
}
