package io.holdfast.backup.container;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.holdfast.backup.crypto.Hkdf;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes a container: what is written here is compressed, cut into frames, sealed, hashed and handed on, in memory that does
 * not grow. Whole only after {@link #finish}; {@link #close} alone gives it up. Not thread-safe.
 */
public final class ContainerWriter extends OutputStream {
    /** How hard zstd tries: what the fast levels do, at hundreds of megabytes a second. */
    public static final int DEFAULT_LEVEL = 3;

    private final Frames frames;
    private final @Nullable OutputStream compressor;
    private final Progress progress;
    private long contentBytes;
    private boolean finished;

    /**
     * What became of it.
     *
     * @param contentBytes that were written here
     * @param storedBytes that the container has
     * @param sha256 of all bytes of the container, as hexadecimal digits: what {@code sha256sum} says of the file
     */
    public record Written(long contentBytes, long storedBytes, String sha256) {}

    /**
     * Writes the header.
     *
     * @param dataKey what the header's wrapped key is; null if it has none
     * @param level of zstd, 1 to 19; without a meaning if the header says that it is not compressed
     */
    public ContainerWriter(
            OutputStream out, ContainerHeader header, byte @Nullable [] dataKey, int level, Progress progress)
            throws IOException {
        if ((dataKey == null) != (header.wrapped() == null)) {
            throw new IllegalArgumentException("a data key goes with a wrapped key, and none with none");
        }
        if (level < 1 || level > 19) {
            throw new IllegalArgumentException("the level of compression is " + level + "; it must be 1 to 19");
        }
        byte[] head = header.encode();
        this.progress = progress;
        this.frames = new Frames(out, FrameSeal.of(head, dataKey));
        frames.begin(head);
        this.compressor = header.compressed() ? new ZstdOutputStreamNoFinalizer(frames, level) : null;
    }

    private OutputStream top() {
        return compressor == null ? frames : compressor;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (finished) {
            throw new IOException("the container is finished");
        }
        contentBytes += length;
        top().write(bytes, offset, length);
    }

    /** Writes what is missing to a whole container. */
    public Written finish() throws IOException {
        finished = true;
        if (compressor != null) {
            compressor.close();
        }
        return frames.end();
    }

    /** Frees what zstd holds; does not close what it writes to. */
    @Override
    public void close() throws IOException {
        if (!finished) {
            finished = true;
            frames.givenUp = true;
            if (compressor != null) {
                compressor.close();
            }
        }
    }

    /** Cuts into frames, seals and hashes them. */
    private final class Frames extends OutputStream {
        private final OutputStream out;
        private final FrameSeal seal;
        private final MessageDigest digest = Hkdf.sha256();
        private final byte[] payload;
        private final byte[] body;
        private int filled;
        private long number;
        private long stored;
        private boolean givenUp;

        private Frames(OutputStream out, FrameSeal seal) {
            this.out = out;
            this.seal = seal;
            this.body = new byte[seal.bodyBytes()];
            this.payload = new byte[body.length - seal.overhead()];
        }

        private void begin(byte[] head) throws IOException {
            put(head, head.length);
        }

        private void put(byte[] bytes, int length) throws IOException {
            digest.update(bytes, 0, length);
            out.write(bytes, 0, length);
            stored += length;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length && !givenUp) {
                if (filled == payload.length) {
                    frame(false);
                }
                int piece = Math.min(payload.length - filled, length - done);
                System.arraycopy(bytes, offset + done, payload, filled, piece);
                filled += piece;
                done += piece;
            }
        }

        private void frame(boolean last) throws IOException {
            int length = seal.seal(number, last, payload, filled, body);
            put(
                    ByteBuffer.allocate(Integer.BYTES)
                            .putInt(last ? length | Integer.MIN_VALUE : length)
                            .array(),
                    Integer.BYTES);
            put(body, length);
            number++;
            filled = 0;
            progress.at(contentBytes, stored);
        }

        private Written end() throws IOException {
            frame(true);
            MessageDigest whole = Hkdf.copy(digest);
            byte[] hash = digest.digest();
            out.write(hash);
            return new Written(
                    contentBytes, stored + hash.length, HexFormat.of().formatHex(whole.digest(hash)));
        }
    }
}
