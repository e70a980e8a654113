package io.holdfast.backup;

import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A place where backups are kept: objects under names, each written once and never changed. A directory, or whatever else
 * keeps this contract; {@code RepositoryContract} of this module's tests says whether it does.
 *
 * <p><b>What all else stands on:</b> {@link #putIfAbsent} is atomic and durable, and of two that put the same name one wins.
 * {@link #list} and {@link #read} see every put and delete that has returned before, of any process.
 *
 * <p><b>Names</b> are relative paths: 1 to {@value #LONGEST_NAME} characters of {@code A-Z a-z 0-9 . - _ /}, each part between
 * slashes at most {@value #LONGEST_PART} long and beginning with a letter or a digit. Anything else is an {@link
 * IllegalArgumentException}. No name may be a directory of another.
 *
 * <p>Calls block. All of them may fail with a {@link BackupRepositoryException}, which names the repository and the object.
 * Memory does not grow with an object's size. Safe from any thread.
 */
public interface BackupRepository {
    /** The longest name, in characters. */
    int LONGEST_NAME = 500;
    /** The longest part of a name between slashes, in characters. */
    int LONGEST_PART = 200;

    /**
     * What is to be stored.
     *
     * @see #putIfAbsent
     */
    @FunctionalInterface
    interface Content {
        /**
         * Writes all of it, once, in pieces of any size. What it throws, {@link #putIfAbsent} throws, and nothing is stored.
         * It must let pass what {@code out} throws.
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * What stands in a repository.
     *
     * @param name its name
     * @param bytes its length
     * @param storedMillis when it was stored, by the repository's own clock: comparable with other objects of this repository
     *     and with nothing else
     */
    record Stored(String name, long bytes, long storedMillis) {}

    /**
     * Stores an object unless one of that name is there. When this returns, it is there as a whole and survives a loss of
     * power. Nobody ever sees a part of it.
     *
     * <p>After an exception of the repository the object may be there or not, or come to be there a while later, and if so as a whole: look with
     * {@link #read}.
     * After one of the content, it is not there.
     *
     * @return false if an object of that name is there, which stays as it is; the content may have been asked all the same
     * @throws IOException what the content threw
     */
    boolean putIfAbsent(String name, Content content) throws IOException;

    /**
     * Stores a large object in pieces that outlast an attempt that breaks off. What is left of it is kept for days, and at most until {@link
     * #collectUnfinished} finds that nobody has gone on with it for a week.
     *
     * @param name the object's
     * @param bytes its length
     * @param content which bytes it consists of, such as their hash: 1 to 100 of {@code 0-9 a-z}. Who gives the same name and content writes
     *     the same bytes
     * @return empty where that is not possible, not worth it for so few bytes, or where another thread of this process is at it: then use {@link
     *     #putIfAbsent}. Unless a repository says otherwise it is not possible
     */
    default Optional<ResumablePut> resumable(String name, long bytes, String content) {
        return Optional.empty();
    }

    /**
     * An object's bytes from an offset on; reading throws {@link BackupRepositoryException}, too. To be closed.
     *
     * @param offset 0 to the object's length, at which nothing is left to read
     */
    InputStream read(String name, long offset);

    /** How long an object is, in bytes. */
    long size(String name);

    /** All objects whose names begin with that, sorted by name; with an empty text, all. What was not stored by this contract is passed over. */
    List<Stored> list(String prefix);

    /**
     * Removes an object.
     *
     * @return false if there was none
     */
    boolean delete(String name);

    /**
     * Removes what was left by puts that did not come to an end, and have not been heard of for so long by the repository's
     * own clock. A put that is still under way but silent for longer fails; nothing else becomes of it.
     *
     * @return how many such pieces were removed
     */
    int collectUnfinished(Duration silentFor);

    /** What people call it: the kind and the place, without secrets. */
    String describe();

    /**
     * A directory, which must exist: one that is made here could hide that the right one is not mounted. It needs hard links
     * (ext4, xfs, btrfs, zfs, NFS and most others have them, FAT and some network shares have not) and is used by any number of
     * processes at once. Nothing is opened until it is used.
     */
    static BackupRepository directory(Path directory) {
        return new DirectoryRepository(directory, Storage.files());
    }

    /**
     * What a file or a command line names: the path of a directory, {@code node://node-9@10.9.0.1:7400/srv/backups} for a {@link NodeRepository}, or
     * a URI such as {@code s3://bucket/prefix}, whose kind has to be on the class path as a {@link RepositoryProvider}. Nothing is opened until it
     * is used.
     *
     * @throws IllegalArgumentException if that is no place; the message says what to write or to add instead, and holds no secret
     */
    static BackupRepository at(String place) {
        return Places.open(place);
    }

    /**
     * The name itself.
     *
     * @throws IllegalArgumentException if that is no name of an object
     */
    static String checkName(String name) {
        if (!ObjectNames.isName(name)) {
            throw new IllegalArgumentException("\"" + ObjectNames.printable(name) + "\" is no name of an object: 1 to "
                    + LONGEST_NAME
                    + " characters of A-Z a-z 0-9 . - _ /, each part begins with a letter or a digit and has"
                    + " at most " + LONGEST_PART);
        }
        return name;
    }
}
