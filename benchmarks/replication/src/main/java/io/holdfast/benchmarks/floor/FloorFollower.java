package io.holdfast.benchmarks.floor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Writes what the leader sends, forces it, and says how far it is. */
final class FloorFollower implements Runnable {
    private final SocketChannel leader;
    private final FloorFile file;
    private final boolean forced;
    private final boolean ownThread;
    private final ByteBuffer acknowledgement = ByteBuffer.allocateDirect(Long.BYTES);
    private volatile long written;

    /**
     * A follower.
     *
     * @param forced whether to force before it says so
     * @param ownThread whether a thread of its own forces, so that bytes that come meanwhile are read and written
     */
    FloorFollower(SocketChannel leader, FloorFile file, boolean forced, boolean ownThread) {
        this.leader = leader;
        this.file = file;
        this.forced = forced;
        this.ownThread = ownThread;
    }

    long written() {
        return written;
    }

    @Override
    public void run() {
        try {
            Forcer forcer = new Forcer(file, this::acknowledge);
            if (ownThread && forced) {
                forcer.start();
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect(FloorBatch.CAPACITY);
            long total = 0;
            while (leader.read(bytes.clear()) > 0) {
                total += bytes.flip().remaining();
                file.append(bytes);
                written = total;
                if (ownThread && forced) {
                    forcer.wrote(total);
                    continue;
                }
                if (forced) {
                    file.force();
                }
                acknowledge(total);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the leader has ended", e);
        }
    }

    private void acknowledge(long total) throws IOException {
        acknowledgement.clear().putLong(total).flip();
        while (acknowledgement.hasRemaining()) {
            leader.write(acknowledgement);
        }
    }
}
