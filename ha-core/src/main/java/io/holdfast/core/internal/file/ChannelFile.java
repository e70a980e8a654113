package io.holdfast.core.internal.file;

import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file by {@code FileChannel}. Reads and single writes give their position; a gathering write has to set the
 * channel's own first, unless it goes on where the last one ended, as a log does. Direct buffers are written as they
 * are; the JDK copies others.
 */
final class ChannelFile implements StorageFile {
    private static final long UNKNOWN = -1;

    private final Path path;
    private final FileChannel channel;
    private final Object gathering = new Object();
    private long channelPosition; // guarded by gathering
    private volatile @Nullable IOException forceFailure;

    ChannelFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long size() throws IOException {
        try {
            return Uninterrupted.call(channel::size);
        } catch (IOException failed) {
            throw failure("cannot tell the size of " + path, failed);
        }
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
        int start = destination.position();
        try {
            return Uninterrupted.call(() -> {
                while (destination.hasRemaining()) {
                    int done = destination.position() - start;
                    if (channel.read(destination, position + done) < 0) {
                        break;
                    }
                }
                return destination.position() - start;
            });
        } catch (IOException failed) {
            throw failure("cannot read " + path + " at byte " + position, failed);
        }
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        long length = remaining(sources);
        try {
            Uninterrupted.call(() -> gather(sources, position, length));
        } catch (IOException failed) {
            throw WriteFailure.of(
                    "cannot write " + length + " bytes at byte " + position + " of " + path, path, failed);
        }
    }

    private long gather(ByteBuffer[] sources, long position, long length) throws IOException {
        synchronized (gathering) {
            if (channelPosition != position) {
                channel.position(position);
            }
            channelPosition = UNKNOWN; // unless all goes well
            long written = 0;
            int first = 0;
            while (written < length) {
                while (!sources[first].hasRemaining()) {
                    first++;
                }
                written += progress(channel.write(sources, first, sources.length - first));
            }
            channelPosition = position + length;
            return length;
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int start = source.position();
        int length = source.remaining();
        try {
            Uninterrupted.call(() -> {
                while (source.hasRemaining()) {
                    progress(channel.write(source, position + source.position() - start));
                }
                return length;
            });
        } catch (IOException failed) {
            throw WriteFailure.of(
                    "cannot write " + length + " bytes at byte " + position + " of " + path, path, failed);
        }
    }

    private static long progress(long written) throws IOException {
        if (written <= 0) {
            throw new IOException("the system wrote nothing and reported no error");
        }
        return written;
    }

    private static long remaining(ByteBuffer[] sources) {
        long bytes = 0;
        for (ByteBuffer source : sources) {
            bytes += source.remaining();
        }
        return bytes;
    }

    /** {@code fdatasync}, which includes the length. After a failure every later call fails too. */
    @Override
    public void force() throws IOException {
        IOException earlier = forceFailure;
        if (earlier != null) {
            throw failure("an earlier force of " + path + " failed; what was written since may be lost", earlier);
        }
        try {
            Uninterrupted.call(() -> {
                channel.force(false);
                return path;
            });
        } catch (IOException failed) {
            forceFailure = failed;
            throw failure("cannot force " + path + "; what was written since the last force may be lost", failed);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        try {
            Uninterrupted.call(() -> {
                synchronized (gathering) {
                    channelPosition = UNKNOWN; // cutting may move it
                    return channel.truncate(size);
                }
            });
        } catch (IOException failed) {
            throw failure("cannot cut " + path + " to " + size + " bytes", failed);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } catch (IOException failed) {
            throw failure("cannot close " + path, failed);
        }
    }

    private static IOException failure(String what, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new IOException(what + ": " + why, cause);
    }
}
