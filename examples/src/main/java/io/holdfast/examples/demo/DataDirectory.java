package io.holdfast.examples.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where a run keeps its data: made for it, and removed with all that it holds. */
record DataDirectory(Path path) {

    /** Makes it; one that holds something already is somebody else's and is refused. */
    static DataDirectory create(Path path) throws IOException {
        Files.createDirectories(path);
        try (Stream<Path> files = Files.list(path)) {
            if (files.findAny().isPresent()) {
                throw new IOException(path + " is not empty; name another directory by --data DIR");
            }
        }
        return new DataDirectory(path);
    }

    /** The kind of file system under it, because a force costs nothing where there is no disk. */
    String fileSystem() throws IOException {
        FileStore store = Files.getFileStore(path);
        String note = store.type().equals("tmpfs") ? ", which is memory: forcing a file costs nothing here" : "";
        return store.type() + " (" + store.name() + ")" + note;
    }

    /** Removes it. */
    void delete() throws IOException {
        deleteTree(path);
    }

    /** Removes a directory with all that is in it. */
    static void deleteTree(Path root) throws IOException {
        List<Path> inside;
        try (Stream<Path> files = Files.walk(root)) {
            inside = files.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : inside) {
            Files.deleteIfExists(file);
        }
    }
}
