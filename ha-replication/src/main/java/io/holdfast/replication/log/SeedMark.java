package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code seed}: what was put into the directory before the node was part of a cluster, from backups of that cluster. It says
 * so first of what is not whole yet, so that what a crash leaves of a seed is never taken for one. Once the node has an identity it
 * tells where the node came from: what is up to that entry is compared with the master's before the node has a vote.
 *
 * @param whole false while it is being put there
 * @param logId of which log, as {@code ReplicatedState.logId} says
 * @param index the last entry of it
 * @param term of that entry
 */
public record SeedMark(boolean whole, String logId, long index, long term) {
    private static final String NAME = "seed";
    private static final String FORMAT = "holdfast-seed-1";
    private static final int MAX_BYTES = 1024;
    private static final Pattern LINE =
            Pattern.compile(FORMAT + " (BUILDING|WHOLE) ([!-~]{1,200}) (\\d{1,18}) (\\d{1,19}) ([0-9a-f]{8})\n");

    /** One of which nothing is there yet. */
    public static SeedMark building(String logId) {
        return new SeedMark(false, logId, 0, 0);
    }

    /** Null if there is none. One that cannot be read is not whole. */
    public static @Nullable SeedMark read(Storage storage, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (!storage.exists(path)) {
            return null;
        }
        ByteBuffer bytes;
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
            file.read(bytes, 0);
        }
        Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), UTF_8));
        try {
            if (line.matches()) {
                SeedMark mark = new SeedMark(
                        line.group(1).equals("WHOLE"),
                        line.group(2),
                        Long.parseLong(line.group(3)),
                        Long.parseLong(line.group(4)));
                if (mark.crc().equals(line.group(5))) {
                    return mark;
                }
            }
        } catch (NumberFormatException damaged) {
            // As below.
        }
        return building("unknown");
    }

    /** Replaces the one that is there. Returns when it is on stable storage. */
    public void write(Storage storage, Path directory) throws IOException {
        byte[] text = (text() + crc() + "\n").getBytes(UTF_8);
        SmallFiles.replace(
                storage,
                directory,
                NAME,
                ByteBuffer.allocateDirect(text.length).put(text).flip());
    }

    /** Returns when it is gone for good. */
    public static void remove(Storage storage, Path directory) throws IOException {
        if (storage.exists(directory.resolve(NAME))) {
            storage.delete(directory.resolve(NAME));
            storage.forceDirectory(directory);
        }
    }

    private String text() {
        return FORMAT + " " + (whole ? "WHOLE" : "BUILDING") + " " + logId + " " + index + " " + term + " ";
    }

    private String crc() {
        byte[] bytes = text().getBytes(UTF_8);
        return String.format("%08x", Checksums.crc32c(ByteBuffer.wrap(bytes), 0, bytes.length));
    }
}
