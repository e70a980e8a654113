package io.holdfast.replication.log;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Segments of which nothing is needed any more. */
public final class ObsoleteSegments {
    private static final Logger LOG = LoggerFactory.getLogger(ObsoleteSegments.class);

    private final Storage storage;
    private final Path directory;
    private final List<StorageFile> files;

    ObsoleteSegments(Storage storage, Path directory, List<StorageFile> files) {
        this.storage = storage;
        this.directory = directory;
        this.files = files;
    }

    /**
     * Removes the files, the oldest first: what a crash leaves of them is the end of a log whose beginning is gone, and
     * that is how it is read. Blocks. A file that cannot be removed costs its space, and the next attempt is made when
     * the node starts.
     */
    public void remove() {
        Path at = directory;
        try {
            for (StorageFile file : files) {
                at = file.path();
                file.close();
                storage.delete(at);
            }
            at = directory;
            storage.forceDirectory(directory);
        } catch (IOException e) {
            LOG.warn("{}: a log file that is not needed any more cannot be removed", at, e);
            closeAll();
        }
    }

    private void closeAll() {
        for (StorageFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("{} could not be closed", file.path(), e);
            }
        }
    }
}
