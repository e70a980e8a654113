package io.holdfast.autoscale.target;

import io.holdfast.autoscale.ScalingTargetException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * That one process of this host at a time, and one thread of it, changes what a directory says. A system lock ends with the process that
 * holds it. Under POSIX a process also loses it as soon as it closes any descriptor of that file; so a second thread is turned away by a
 * mark with this process's identity before it opens the file.
 */
final class DirectoryGuard implements AutoCloseable {
    static final String LOCK_FILE = "lock";
    private static final String MARK_PREFIX = "lock.";

    private final Path mark;
    private final FileChannel channel;

    private DirectoryGuard(Path mark, FileChannel channel) {
        this.mark = mark;
        this.channel = channel;
    }

    /** Waits for whoever holds it, up to that long. */
    static DirectoryGuard take(Path directory, Duration limit)
            throws IOException, ScalingTargetException, InterruptedException {
        Deadline deadline = Deadline.in(limit);
        while (true) {
            DirectoryGuard taken = tryTake(directory);
            if (taken != null) {
                return taken;
            }
            if (deadline.hasPassed()) {
                throw ScalingTargetException.passing(
                        "processes of " + directory + ": another process has held " + directory.resolve(LOCK_FILE)
                                + " for " + limit.toSeconds() + " s; which one, \"lsof\" or \"fuser\" tells",
                        null);
            }
            deadline.pause();
        }
    }

    private static @Nullable DirectoryGuard tryTake(Path directory) throws IOException {
        long pid = ProcessHandle.current().pid();
        String born = ProcessIdentity.now(pid).map(ProcessIdentity::born).orElse("");
        Path mark = directory.resolve(markName(pid, born));
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException heldByThisProcess) {
            return null;
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                deleteMarksOfTheDead(directory);
                return new DirectoryGuard(mark, channel);
            }
        } catch (OverlappingFileLockException | IOException failed) {
            undo(mark, channel);
            throw new IOException("cannot lock " + directory + ": " + failed, failed);
        }
        undo(mark, channel);
        return null;
    }

    private static String markName(long pid, String born) {
        return MARK_PREFIX + pid + "." + born.replaceAll("[^A-Za-z0-9-]", "_");
    }

    private static void undo(Path mark, @Nullable FileChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
        Files.deleteIfExists(mark);
    }

    private static void deleteMarksOfTheDead(Path directory) throws IOException {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(directory, MARK_PREFIX + "*")) {
            for (Path mark : marks) {
                String name = mark.getFileName().toString();
                String pid = name.replaceAll("lock\\.(\\d{1,18})\\..*", "$1");
                if (!pid.equals(name) && isOfTheDead(name, Long.parseLong(pid))) {
                    Files.deleteIfExists(mark);
                }
            }
        }
    }

    private static boolean isOfTheDead(String name, long pid) {
        return ProcessIdentity.now(pid)
                .map(living -> !markName(pid, living.born()).equals(name))
                .orElse(true);
    }

    /** The system's lock goes first: while the mark stands, nobody in this process opens the lock file. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(mark);
    }
}
