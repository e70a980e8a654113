package io.holdfast.backup.source;

import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.source.DirectoryRestore.Restored;
import java.nio.file.Path;

/** Backs a directory up and restores it, in a process of its own: an encoding of names is set for a whole process. */
final class RoundTrip {
    private RoundTrip() {}

    public static void main(String[] arguments) throws Exception {
        MemoryParts parts = new MemoryParts();
        Outcome outcome = parts.run(DirectorySource.of("files", Path.of(arguments[0])));
        Restored restored = DirectoryRestore.into(Path.of(arguments[1])).from(parts.read(DirectorySource.PART));
        System.out.println(System.getProperty("sun.jnu.encoding") + " " + outcome + restored);
    }
}
