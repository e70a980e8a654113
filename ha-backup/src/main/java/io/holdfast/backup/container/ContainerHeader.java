package io.holdfast.backup.container;

import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyProvider;
import io.holdfast.backup.KeyProvider.Wrapped;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands at the begin of a container: all that is needed to read it with no catalogue at hand, save the master key.
 *
 * @param compressed by zstd, before it was encrypted
 * @param salt random bytes of this container alone, so that no two have the same frame key
 * @param about what it is of
 * @param wrapped the data key, which only the master key opens; null if it is not encrypted
 */
public record ContainerHeader(
        boolean compressed,
        byte[] salt,
        About about,
        @Nullable Wrapped wrapped) {
    static final int SALT_BYTES = 16;
    private static final byte[] MAGIC = {'H', 'F', 'B', 'K'};
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 10;
    private static final int CRC_BYTES = 4;
    private static final int LONGEST_REST = 8_192;
    private static final int LONGEST_TEXT = 600;

    /**
     * What a container is of.
     *
     * @param cluster the cluster's name
     * @param backup the backup's id
     * @param object the object's name in the repository
     * @param kind what is in it, such as {@code physical}
     */
    public record About(String cluster, String backup, String object, String kind) {
        /** Checks the lengths. */
        public About {
            for (String text : new String[] {cluster, backup, object, kind}) {
                if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_TEXT) {
                    throw new IllegalArgumentException("longer than " + LONGEST_TEXT + " bytes of UTF-8: " + text);
                }
            }
        }
    }

    /** Checks the salt. */
    public ContainerHeader {
        if (salt.length != SALT_BYTES) {
            throw new IllegalArgumentException("a salt of " + salt.length + " bytes");
        }
    }

    byte[] encode() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(rest)) {
            out.write(salt);
            text(out, about.cluster());
            text(out, about.backup());
            text(out, about.object());
            text(out, about.kind());
            text(out, wrapped == null ? "" : wrapped.keyId());
            out.writeShort(wrapped == null ? 0 : wrapped.bytes().length);
            if (wrapped != null) {
                out.write(wrapped.bytes());
            }
        } catch (IOException never) {
            throw new UncheckedIOException(never);
        }
        ByteBuffer header = ByteBuffer.allocate(FIXED_BYTES + rest.size() + CRC_BYTES);
        header.put(MAGIC).put((byte) VERSION);
        header.put((byte) (wrapped == null ? 0 : 1))
                .put((byte) (compressed ? 1 : 0))
                .put((byte) 0);
        header.putShort((short) rest.size()).put(rest.toByteArray());
        header.putInt(crc(header.array(), header.position()));
        return header.array();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** A header with the bytes that it was read from. */
    record Read(ContainerHeader header, byte[] bytes) {}

    /** @throws DamagedBackupException if that is none, or none that this release reads */
    static Read read(String object, InputStream in) throws IOException {
        byte[] fixed = in.readNBytes(FIXED_BYTES);
        if (fixed.length < FIXED_BYTES) {
            throw damaged(object, Damage.Kind.CUT, "it ends in its header, after " + fixed.length + " bytes");
        }
        if (!Arrays.equals(fixed, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(
                    object,
                    Damage.Kind.CHANGED,
                    "it does not begin with HFBK, so its header was changed or it is no backup");
        }
        int restBytes = ((fixed[8] & 0xFF) << 8) | (fixed[9] & 0xFF);
        if (restBytes > LONGEST_REST) {
            throw damaged(
                    object, Damage.Kind.CHANGED, "its header was changed: it says it is " + restBytes + " bytes long");
        }
        byte[] header = Arrays.copyOf(fixed, FIXED_BYTES + restBytes + CRC_BYTES);
        int read = in.readNBytes(header, FIXED_BYTES, restBytes + CRC_BYTES);
        if (read < restBytes + CRC_BYTES) {
            throw damaged(object, Damage.Kind.CUT, "it ends in its header, after " + (FIXED_BYTES + read) + " bytes");
        }
        if (ByteBuffer.wrap(header).getInt(FIXED_BYTES + restBytes) != crc(header, FIXED_BYTES + restBytes)) {
            throw damaged(object, Damage.Kind.CHANGED, "its header was changed");
        }
        if (fixed[4] != VERSION) {
            throw damaged(
                    object,
                    Damage.Kind.CHANGED,
                    "it has version " + (fixed[4] & 0xFF) + ", and this release reads " + VERSION
                            + "; use the one that wrote it");
        }
        try {
            return new Read(parse(ByteBuffer.wrap(header, 0, FIXED_BYTES + restBytes)), header);
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            throw damaged(object, Damage.Kind.CHANGED, "its header is malformed");
        }
    }

    private static ContainerHeader parse(ByteBuffer in) {
        int protection = in.get(5);
        int compression = in.get(6);
        in.position(FIXED_BYTES);
        byte[] salt = new byte[SALT_BYTES];
        in.get(salt);
        About about = new About(text(in), text(in), text(in), text(in));
        String keyId = text(in);
        byte[] wrapped = bytes(in, KeyProvider.LONGEST_WRAPPED);
        boolean consistent = (protection == 1) == (wrapped.length > 0)
                && (protection | compression) >>> 1 == 0
                && in.get(7) == 0
                && !in.hasRemaining();
        if (!consistent) {
            throw new IllegalArgumentException("fields that contradict each other");
        }
        return new ContainerHeader(compression == 1, salt, about, protection == 0 ? null : new Wrapped(keyId, wrapped));
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in, LONGEST_TEXT), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in, int most) {
        int length = in.getShort() & 0xFFFF;
        if (length > most || length > in.remaining()) {
            throw new IllegalArgumentException("a length of " + length);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static DamagedBackupException damaged(String object, Damage.Kind kind, String what) {
        return new DamagedBackupException(new Damage(object, kind, -1, 0, what));
    }
}
