package io.holdfast.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds out whether a backup of a source other than the replicated state can be restored, by doing it in a scratch place. What that means only who
 * knows the source can say:
 *
 * <pre>{@code
 * DrillCheck check = backup -> {
 *     Command.of("tar", "-x", "-f", "-", "-C", backup.scratch().toString()).feed(backup.open("base.tar"));
 *     Command.of("pg_verifybackup", backup.scratch().toString()).feed(InputStream.nullInputStream());
 *     return "pg_verifybackup has found nothing wrong";
 * };
 * }</pre>
 *
 * <p>It is called on a thread that may block, and interrupted when the drill is to end; one at a time on a node.
 */
@FunctionalInterface
public interface DrillCheck {
    /**
     * Restores it, and looks at what comes of it.
     *
     * @return what was found, for people
     * @throws DamagedBackupException as reading a part does
     * @throws IOException if the backup cannot be used; the message says why
     */
    String check(Restorable backup) throws IOException, InterruptedException;

    /** A backup that may be read. What of it the check does not read is read after it. */
    interface Restorable {
        /** Which one it is. */
        BackupInfo info();

        /** The names of its parts, as its source has given them. */
        List<String> parts();

        /**
         * A part from its beginning, which is the caller's to close.
         *
         * @throws IllegalArgumentException if there is no such part
         */
        InputStream open(String part) throws IOException;

        /** An empty directory, which is removed with all that is in it when the check has ended. */
        Path scratch();
    }
}
