package io.holdfast.replication.log;

import java.io.IOException;
import java.nio.file.Path;

/** Entries that had been made durable cannot be read any more. This is no torn tail: nothing may be cut. */
public final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final long index;

    DamagedLogException(Path file, long offset, long index, String reason) {
        super("log file " + file + " is damaged at offset " + offset + ", where index " + index + " should be: "
                + reason);
        this.file = file.toString();
        this.offset = offset;
        this.index = index;
    }

    /** The file. */
    public String file() {
        return file;
    }

    /** Where in the file the unreadable record begins, in bytes. */
    public long offset() {
        return offset;
    }

    /** The first index that cannot be read. */
    public long index() {
        return index;
    }
}
