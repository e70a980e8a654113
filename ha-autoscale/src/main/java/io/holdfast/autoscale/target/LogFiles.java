package io.holdfast.autoscale.target;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What processes have written: a file for each start. */
final class LogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);
    private static final String SUFFIX = ".log";
    private static final int LAST_BYTES = 4096;
    private static final int LAST_LINES = 5;
    private static final int LONGEST_LINE = 200;

    private final Path directory;
    private final int kept;

    LogFiles(Path directory, int kept) {
        this.directory = directory;
        this.kept = kept;
    }

    static String name(String node, String mark) {
        return node + "." + mark + SUFFIX;
    }

    Path create(String name) throws IOException {
        Files.createDirectories(directory);
        return directory.resolve(name);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Removes the oldest of those that nobody writes any more. */
    void prune(Set<String> inUse) {
        record Old(Path file, FileTime written) {}
        List<Old> old = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.*[0-9]" + SUFFIX)) {
            for (Path file : files) {
                if (!inUse.contains(file.getFileName().toString())) {
                    old.add(new Old(file, Files.getLastModifiedTime(file)));
                }
            }
            old.sort(Comparator.comparing(Old::written));
            for (Old one : old.subList(0, Math.max(0, old.size() - kept))) {
                Files.deleteIfExists(one.file());
            }
        } catch (IOException failed) {
            LOG.warn(
                    "logs of earlier processes in {} cannot be removed, and use space: {}",
                    directory,
                    failed.toString());
        }
    }

    /** For a message; empty if there is nothing to read. */
    String lastLines(String name) {
        try (SeekableByteChannel channel = Files.newByteChannel(directory.resolve(name))) {
            long size = channel.size();
            channel.position(Math.max(0, size - LAST_BYTES));
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, LAST_BYTES));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // goes on until all of it is there
            }
            return OutputTail.lastLines(
                    new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8),
                    size > LAST_BYTES,
                    LAST_LINES,
                    LONGEST_LINE);
        } catch (IOException none) {
            return "";
        }
    }
}
