package io.holdfast.backup.source;

import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Parts;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be done before and after a source is read: to freeze a file system or to make a snapshot of it, to tell a database
 * that its files are copied.
 *
 * <p>{@link #after} runs whenever {@link #before} was called, also if that or the source failed or was interrupted, and then it is told so.
 * A hook that fails makes the backup fail. Both are called on the thread that writes the backup, which may block; one backup of
 * a source at a time.
 */
public interface BackupHook {
    /**
     * Before the source is read.
     *
     * @param parts parts may be written here, too
     */
    void before(Parts parts) throws IOException, InterruptedException;

    /**
     * After it was read.
     *
     * @param parts parts may be written here, too, if it was read as a whole
     * @param failure why there is no backup; empty if it was read as a whole
     * @return facts for the catalogue, as of {@link BackupSource.Outcome#facts}
     */
    Map<String, String> after(Parts parts, Optional<Throwable> failure) throws IOException, InterruptedException;

    /** That source with this around it. */
    default BackupSource around(BackupSource source) {
        return new HookedSource(source, this);
    }

    /**
     * Two commands. The second finds in its environment {@code HOLDFAST_OUTCOME}, which is {@code written} or {@code failed}, and
     * {@code HOLDFAST_FAILURE}, the reason or nothing.
     */
    static BackupHook commands(Command before, Command after) {
        return new CommandHook(Optional.of(before), Optional.of(after));
    }

    /** A command before the source is read, and nothing afterwards. */
    static BackupHook commandBefore(Command before) {
        return new CommandHook(Optional.of(before), Optional.empty());
    }

    /** A command after the source was read, as of {@link #commands}. */
    static BackupHook commandAfter(Command after) {
        return new CommandHook(Optional.empty(), Optional.of(after));
    }
}
