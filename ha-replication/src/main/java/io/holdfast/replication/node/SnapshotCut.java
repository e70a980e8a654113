package io.holdfast.replication.node;

import io.holdfast.core.runtime.StorageFile;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.snapshot.OpenSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open snapshot as a cut. */
record SnapshotCut(OpenSnapshot snapshot) implements StateCut {
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
    public InputStream open() {
        StorageFile file = snapshot.file();
        return new InputStream() {
            private long position;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                Objects.checkFromIndexSize(offset, length, into.length);
                if (length == 0) {
                    return 0;
                }
                int read = file.read(ByteBuffer.wrap(into, offset, length), position);
                position += read;
                return read == 0 ? -1 : read;
            }
        };
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
