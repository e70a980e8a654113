package io.holdfast.replication.node;

import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.snapshot.OpenSnapshot;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open snapshot as a cut.
 *
 * @param logId of which log
 * @param damaged is run when reading it finds damage, on the thread that reads
 */
record SnapshotCut(OpenSnapshot snapshot, String logId, Runnable damaged) implements StateCut {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCut.class);

    @Override
    public long index() {
        return snapshot.meta().index();
    }

    @Override
    public long term() {
        return snapshot.meta().term();
    }

    @Override
    public long wallMillis() {
        return snapshot.meta().wallMillis();
    }

    @Override
    public long bytes() {
        return snapshot.bytes();
    }

    @Override
    public InputStream open() throws IOException {
        return snapshot.checked(damaged);
    }

    @Override
    public void close() {
        try {
            snapshot.file().close();
        } catch (IOException e) {
            LOG.warn("the snapshot {} could not be closed", snapshot.file().path(), e); // it was read only
        }
    }
}
