package io.holdfast.replication.snapshot;

import java.io.IOException;
import java.nio.file.Path;

/** A snapshot's file is not what was written. Nothing of it may be used. */
public final class DamagedSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    DamagedSnapshotException(Path file, long offset, String reason) {
        super("snapshot " + file + " is damaged at offset " + offset + ": " + reason);
        this.file = file.toString();
        this.offset = offset;
    }

    /** The file. */
    public String file() {
        return file;
    }

    /** Where in the file what cannot be used begins, in bytes. */
    public long offset() {
        return offset;
    }
}
