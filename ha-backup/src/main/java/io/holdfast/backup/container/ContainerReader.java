package io.holdfast.backup.container;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.container.ContainerWriter.Written;
import io.holdfast.backup.crypto.Hkdf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a container. Each frame is checked before a byte of it is handed out, and all of it before the last frame is: so who
 * has read to the end has read what was written. Anything else ends in a {@link DamagedBackupException} that names the place.
 * Its buffers have a fixed size, whatever the container says. Not thread-safe.
 */
public final class ContainerReader extends InputStream {
    /** What the decompressor may keep, as a power of two: the window of zstd's level 19. */
    private static final int LARGEST_WINDOW = 23;

    private final String object;
    private final @Nullable String expected;
    private final ContainerHeader header;
    private final Frames frames;
    private final InputStream top;
    private final Progress progress;
    private long contentBytes;

    /**
     * Reads the header.
     *
     * @param object the container's name, for messages
     * @param in is closed with this
     * @param keys open its data key
     * @param sha256 what it has to be, as hexadecimal digits; null for whatever is whole
     * @throws DamagedBackupException if it is no container, was changed, or is not encrypted where it has to be
     * @throws KeyUnavailableException if its key is not to be had
     */
    public ContainerReader(String object, InputStream in, DataKeys keys, @Nullable String sha256, Progress progress)
            throws IOException {
        this.object = object;
        this.expected = sha256;
        this.progress = progress;
        ContainerHeader.Read read = ContainerHeader.read(object, in);
        this.header = read.header();
        byte[] dataKey = null;
        if (header.wrapped() != null) {
            try {
                dataKey = keys.open(header.wrapped(), header.about().backup()).key();
            } catch (IllegalArgumentException changed) {
                throw new DamagedBackupException(
                        new Damage(object, Damage.Kind.CHANGED, -1, 0, "its data key: " + changed.getMessage()));
            }
        } else if (!keys.readsUnencrypted()) {
            throw new DamagedBackupException(
                    new Damage(
                            object,
                            Damage.Kind.UNPROTECTED,
                            -1,
                            0,
                            "it is not encrypted, so anybody may have made it; BackupKeys.alsoUnencrypted() reads it all the same"));
        }
        this.frames = new Frames(in, read.bytes(), FrameSeal.of(read.bytes(), dataKey));
        this.top = header.compressed() ? new ZstdInputStreamNoFinalizer(frames).setLongMax(LARGEST_WINDOW) : frames;
    }

    /** What it says of itself; authenticated, if it is encrypted, once a frame has been read. */
    public ContainerHeader header() {
        return header;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        int read;
        try {
            read = top.read(bytes, offset, length);
        } catch (ZstdIOException malformed) {
            throw frames.damaged(Damage.Kind.CHANGED, "what was compressed cannot be read: " + malformed.getMessage());
        }
        if (read > 0) {
            contentBytes += read;
        } else if (read < 0) {
            frames.finish();
        }
        return read;
    }

    /** Reads what is left, checks it, and tells what the whole is. */
    public Written drain() throws IOException {
        byte[] buffer = new byte[FrameSeal.LARGEST_BODY];
        int read;
        do {
            read = read(buffer, 0, buffer.length);
        } while (read >= 0);
        return new Written(contentBytes, frames.offset, frames.sha256);
    }

    @Override
    public void close() throws IOException {
        top.close();
    }

    /** Reads and checks frames. */
    private final class Frames extends InputStream {
        private final InputStream in;
        private final FrameSeal seal;
        private final MessageDigest digest = Hkdf.sha256();
        private final byte[] body = new byte[FrameSeal.LARGEST_BODY];
        private final byte[] payload = new byte[FrameSeal.LARGEST_BODY];
        private String sha256 = "";
        private int filled;
        private int taken;
        private long number;
        private long frameOffset;
        private long offset;
        private boolean ended;

        private Frames(InputStream in, byte[] head, FrameSeal seal) {
            this.in = in;
            this.seal = seal;
            digest.update(head);
            this.offset = head.length;
            this.frameOffset = offset;
        }

        private DamagedBackupException damaged(Damage.Kind kind, String what) {
            return new DamagedBackupException(new Damage(object, kind, number, frameOffset, what));
        }

        /** Nothing may be left once the decompressor says that it has all. */
        private void finish() throws IOException {
            if (taken < filled || (!ended && next())) {
                throw damaged(Damage.Kind.LONGER, "something follows what was compressed");
            }
        }

        private boolean next() throws IOException {
            while (!ended) {
                frame();
                if (filled > 0) {
                    return true;
                }
            }
            return false;
        }

        private void frame() throws IOException {
            frameOffset = offset;
            byte[] length = new byte[Integer.BYTES];
            fill(length, length.length);
            int word = ByteBuffer.wrap(length).getInt();
            boolean last = word < 0;
            int bodyBytes = word & Integer.MAX_VALUE;
            if (bodyBytes < seal.overhead() || bodyBytes > FrameSeal.LARGEST_BODY) {
                throw damaged(Damage.Kind.CHANGED, "its length was changed: it says " + bodyBytes);
            }
            fill(body, bodyBytes);
            taken = 0;
            filled = 0;
            int opened = seal.open(number, last, body, bodyBytes, payload);
            if (opened < 0) {
                throw damaged(Damage.Kind.CHANGED, "it was changed, or belongs to another place or another container");
            }
            if (last) {
                end();
            } else if (opened == 0) {
                throw damaged(Damage.Kind.CHANGED, "it is empty, and only the last one may be");
            }
            filled = opened;
            number++;
            progress.at(contentBytes, offset);
        }

        private void fill(byte[] destination, int length) throws IOException {
            int read = in.readNBytes(destination, 0, length);
            digest.update(destination, 0, read);
            offset += read;
            if (read < length) {
                throw damaged(
                        Damage.Kind.CUT, "the container ends in it, after " + offset + " bytes, before its last frame");
            }
        }

        private void end() throws IOException {
            MessageDigest whole = Hkdf.copy(digest);
            byte[] hash = digest.digest();
            byte[] stored = in.readNBytes(hash.length);
            offset += stored.length;
            if (stored.length < hash.length) {
                throw damaged(Damage.Kind.CUT, "the container ends in the hash behind the last frame");
            }
            if (!Arrays.equals(stored, hash)) {
                throw damaged(Damage.Kind.CHANGED, "the hash behind the last frame is not that of the container");
            }
            if (in.read() >= 0) {
                throw damaged(Damage.Kind.LONGER, "the container goes on behind its end, after " + offset + " bytes");
            }
            sha256 = HexFormat.of().formatHex(whole.digest(stored));
            if (expected != null && !sha256.equals(expected)) {
                throw new DamagedBackupException(Damage.of(
                        object,
                        Damage.Kind.MISPLACED,
                        "it is a whole container, but not the one that the manifest names"));
            }
            ended = true;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int to, int length) throws IOException {
            if (taken == filled && !next()) {
                return -1;
            }
            int piece = Math.min(length, filled - taken);
            System.arraycopy(payload, taken, bytes, to, piece);
            taken += piece;
            return piece;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
