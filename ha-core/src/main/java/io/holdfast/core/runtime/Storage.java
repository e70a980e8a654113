package io.holdfast.core.runtime;

import io.holdfast.core.internal.file.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files, with exactly the promises that a log needs. Every exception names the file. Calls block; the short ones are
 * allowed on the loop, forcing is for a {@link Worker}. Safe from any thread unless said otherwise.
 */
public interface Storage {

    /** The files of this machine; for tools that read a node's directory without running a node. */
    static Storage files() {
        return new FileStorage();
    }

    /** Makes a directory and its parents, and forces their entries. No effect if it exists. */
    void createDirectories(Path directory) throws IOException;

    /** True if the file or directory exists. */
    boolean exists(Path path) throws IOException;

    /** What lies directly in a directory, sorted by name; empty if there is no such directory. */
    List<Path> list(Path directory) throws IOException;

    /** Opens a file. */
    StorageFile open(Path file, OpenMode mode) throws IOException;

    /**
     * Opens a file that is written from its beginning to its end, such as a log's. What lies behind the end of a write, up
     * to the next 64 KiB, may become zero. Reading sees all that was written.
     */
    default StorageFile openForAppending(Path file, OpenMode mode, AppendMode appending) throws IOException {
        return open(file, mode);
    }

    /** Renames atomically, replacing the target. Durable after {@link #forceDirectory} of the directory. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file. Durable after {@link #forceDirectory} of the directory. */
    void delete(Path file) throws IOException;

    /** Forces a directory's entries: files created, renamed and deleted in it. */
    void forceDirectory(Path directory) throws IOException;

    /**
     * Takes a directory for this process alone, until the result is closed or the process ends.
     *
     * @throws IOException naming the directory, if another process or another node of this one holds it
     */
    AutoCloseable lock(Path directory) throws IOException;

    /** The kind of file system, such as {@code ext4} or {@code tmpfs}, for people; "unknown" if it cannot be told. */
    String fileSystemType(Path path);

    /**
     * How much room there is where that directory, which exists, lies; {@link Space#UNKNOWN} where that cannot be told.
     *
     * @throws IOException if it cannot be looked at
     */
    Space space(Path directory) throws IOException;

    /**
     * Room on a disk.
     *
     * @param freeBytes what this process may still write
     * @param totalBytes of the whole disk; less than 0 if neither is known
     */
    record Space(long freeBytes, long totalBytes) {
        /** Nothing is known. */
        public static final Space UNKNOWN = new Space(-1, -1);

        /** True unless nothing is known. */
        public boolean isKnown() {
            return totalBytes >= 0;
        }
    }

    /** Where what is appended to a file is before it is forced. */
    enum AppendMode {
        /** It may be in this process alone, and die with it. */
        GATHER,
        /**
         * It has left this process when the write returns, and survives it; save what {@link StorageFile#holdsBack} tells
         * of, which is large and would have to wait for the disk: that has when {@link StorageFile#flush} returns.
         */
        WRITE_THROUGH
    }

    /** How to open a file. */
    enum OpenMode {
        /** It must exist. */
        READ,
        /** It must exist. */
        READ_WRITE,
        /** It must not exist. */
        CREATE
    }
}
