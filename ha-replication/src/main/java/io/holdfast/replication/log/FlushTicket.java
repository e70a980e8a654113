package io.holdfast.replication.log;

import io.holdfast.core.runtime.NoSpaceException;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What had been written at some moment, some of it perhaps in this process alone. Made on the loop, flushed on another
 * thread.
 *
 * @param files in the order of writing
 * @param lastIndex index of the log's last entry at that moment
 * @param lastTerm term of that entry
 * @param generation of the log, which a truncation changes
 * @param failed hears of a failure, after which the log is not used any more
 */
public record FlushTicket(
        List<StorageFile> files, long lastIndex, long lastTerm, long generation, Consumer<IOException> failed) {

    /**
     * Returns when all of it has left this process. Blocks.
     *
     * @throws NoSpaceException if there was no room; then it may be called again
     */
    public void flush() throws IOException {
        try {
            for (StorageFile file : files) {
                file.flush();
            }
        } catch (NoSpaceException e) {
            throw e;
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
    }
}
