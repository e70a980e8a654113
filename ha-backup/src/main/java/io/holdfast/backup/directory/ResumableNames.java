package io.holdfast.backup.directory;

import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * How the two files of an object that is stored in pieces are called: by what is in them, and by who writes them. Whoever goes on with what another
 * one has left gives them names of his own first. From then on that one, should it live, finds its files gone, and neither writes to them
 * nor publishes them.
 *
 * @param data where the pieces are
 * @param list where they are listed
 */
record ResumableNames(Path data, Path list) {
    static final String PREFIX = "resumable-";
    private static final String LIST = ".pieces";

    /** Whether that is where somebody's pieces are, or where they are listed. */
    static boolean isOne(Path file) {
        return String.valueOf(file.getFileName()).startsWith(PREFIX);
    }

    /** Names that nobody else has. */
    static ResumableNames fresh(Path directory, String key) {
        return of(directory, key + "." + UUID.randomUUID());
    }

    private static ResumableNames of(Path directory, String name) {
        return new ResumableNames(directory.resolve(name), directory.resolve(name + LIST));
    }

    /**
     * Takes over what others have left of that key: what is most of it. The rest of it goes.
     *
     * @return true if there was anything
     * @throws NoSuchFileException if somebody else does so at this moment
     */
    boolean takeOver(Storage storage, Path directory, String key) throws IOException {
        ResumableNames best = null;
        long most = -1;
        for (Path file : storage.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith(key + ".") && !name.endsWith(LIST)) {
                ResumableNames found = of(directory, name);
                long listed = length(found.list);
                if (listed > most) {
                    most = listed;
                    best = found;
                }
            }
        }
        for (Path file : storage.list(directory)) {
            boolean kept = best != null && (file.equals(best.data) || file.equals(best.list));
            if (String.valueOf(file.getFileName()).startsWith(key + ".") && !kept) {
                Files.deleteIfExists(file);
            }
        }
        return best != null && rename(storage, directory, best);
    }

    private boolean rename(Storage storage, Path directory, ResumableNames from) throws IOException {
        storage.rename(from.data, data);
        storage.rename(from.list, list);
        storage.forceDirectory(directory);
        return true;
    }

    /** Negative if it is not there. */
    private static long length(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException none) {
            return -1;
        }
    }
}
