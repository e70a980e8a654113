package io.holdfast.replication.log;

import io.holdfast.core.runtime.StorageFile;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A segment as it is found in a directory.
 *
 * @param sequence the number in its name
 * @param header null if the file is not empty and its header cannot be read
 * @param spare true if it holds nothing but zeros
 */
record SegmentFile(
        long sequence,
        StorageFile file,
        long size,
        @Nullable SegmentHeader header,
        boolean spare) {
    private static final Pattern NAME = Pattern.compile("(\\d{10,18})\\.seg");

    static Path path(Path directory, long sequence) {
        return directory.resolve(String.format("%010d.seg", sequence));
    }

    /** The number in a segment's name, -1 for other files. */
    static long sequence(Path path) {
        Path name = path.getFileName();
        var matcher = NAME.matcher(name == null ? "" : name.toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    Path path() {
        return file.path();
    }
}
