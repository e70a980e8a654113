package io.holdfast.backup.directory;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.runtime.NoSpaceException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What failures of a directory are called. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final Path root;

    Failures(Path root) {
        this.root = root;
    }

    /** A directory that is missing is told apart from an object that is, as an unmounted disk has neither. */
    void checkRoot(String name) {
        if (!Files.isDirectory(root)) {
            String what = Files.exists(root)
                    ? "it is a file, not a directory"
                    : "there is no such directory; is it mounted? It is not made by itself, lest backups go to the disk"
                            + " beneath a mount";
            throw new BackupRepositoryException(Reason.UNAVAILABLE, message(name, what), null);
        }
    }

    BackupRepositoryException of(String name, String what, IOException failed) {
        Reason reason = reason(failed);
        return new BackupRepositoryException(reason, message(name, what + hint(reason) + ": " + words(failed)), failed);
    }

    /** Systems say "not permitted", "not supported" or "not implemented" where there are no links. */
    BackupRepositoryException ofLink(String name, FileSystemException failed) {
        String why = String.valueOf(failed.getReason()).toLowerCase(Locale.ROOT);
        boolean noLinks =
                why.contains("not permitted") || why.contains("not supported") || why.contains("not implemented");
        return noLinks ? unfit(name, failed) : of(name, "cannot be stored", failed);
    }

    BackupRepositoryException unfit(String name, Exception failed) {
        return new BackupRepositoryException(
                Reason.UNFIT,
                message(
                        name,
                        "this file system makes no hard links, without which an object is not stored wholly or not at all;"
                                + " use another one: " + failed),
                failed);
    }

    void left(Path temporary, IOException why) {
        LOG.warn("{}: {} could not be removed, and will be collected later: {}", root, temporary, why.toString());
    }

    /** True if a file or a directory is not there. */
    static boolean isOfAbsence(IOException failed) {
        return reason(failed) == Reason.ABSENT;
    }

    private static Reason reason(@Nullable Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            String words = String.valueOf(cause.getMessage());
            if (cause instanceof NoSpaceException
                    || words.contains("No space left on device")
                    || words.contains("quota exceeded")) {
                return Reason.NO_SPACE;
            } else if (cause instanceof NoSuchFileException) {
                return Reason.ABSENT;
            } else if (cause instanceof AccessDeniedException || words.contains("Read-only file system")) {
                return Reason.REFUSED;
            }
        }
        return Reason.FAILED;
    }

    private static String hint(Reason reason) {
        return switch (reason) {
            case NO_SPACE -> ", since there is no room";
            case ABSENT -> ", since it is not there";
            case REFUSED -> ", since this process may not; look at the directory's owner and at how it is mounted";
            default -> "";
        };
    }

    private static String words(IOException failed) {
        return failed.getMessage() == null ? failed.toString() : failed.getMessage();
    }

    private String message(String name, String what) {
        return "directory " + root + (name.isEmpty() ? "" : ", " + name) + ": " + what;
    }
}
