package io.holdfast.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Failures that a disk has been told to have. */
final class DiskFaults {

    private record Fault(Predicate<Path> files, String message) {}

    private final List<Fault> forces = new ArrayList<>();
    private final List<Fault> writes = new ArrayList<>();

    void failNextForce(Predicate<Path> files, String message) {
        forces.add(new Fault(files, message));
    }

    void failNextWrite(Predicate<Path> files, String message) {
        writes.add(new Fault(files, message));
    }

    void clear() {
        forces.clear();
        writes.clear();
    }

    void beforeForce(Path path) throws IOException {
        fire(forces, path, "cannot force ");
    }

    void beforeWrite(Path path) throws IOException {
        fire(writes, path, "cannot write ");
    }

    private static void fire(List<Fault> faults, Path path, String what) throws IOException {
        for (Iterator<Fault> each = faults.iterator(); each.hasNext(); ) {
            Fault fault = each.next();
            if (fault.files().test(path)) {
                each.remove();
                throw new IOException(what + path + ": " + fault.message());
            }
        }
    }
}
