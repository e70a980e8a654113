package io.holdfast.backup.container;

import io.holdfast.backup.crypto.Hkdf;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What makes a frame tell whether it is as it was written, at its place, in its container: its number, whether it is the last
 * one, and the container's header all go into what is checked. One for one container and one thread.
 */
abstract sealed class FrameSeal {
    /** The longest body of a frame that is read. */
    static final int LARGEST_BODY = 64 << 10;

    /** How many bytes it adds to a frame. */
    abstract int overhead();

    /** The longest body of a frame that is written. */
    abstract int bodyBytes();

    /** Writes the body of a frame into {@code body}; returns how long it is. */
    abstract int seal(long number, boolean last, byte[] payload, int length, byte[] body);

    /** Writes the payload of a body into {@code payload}; returns how long it is, -1 if it is not what was sealed. */
    abstract int open(long number, boolean last, byte[] body, int length, byte[] payload);

    /** @param dataKey null if it is not encrypted */
    static FrameSeal of(byte[] header, byte @Nullable [] dataKey) {
        byte[] headerHash = Hkdf.sha256().digest(header);
        return dataKey == null
                ? new Checked(headerHash)
                : new Encrypted(Hkdf.derive(dataKey, headerHash, "holdfast backup frames 1"));
    }

    /** CRC32C over (SHA-256 of the header, number, last, payload): finds damage, but nobody who means it. */
    static final class Checked extends FrameSeal {
        private static final int CRC_BYTES = 4;
        private final byte[] headerHash;
        private final ByteBuffer place = ByteBuffer.allocate(Long.BYTES + 1);
        private final CRC32C crc = new CRC32C();

        private Checked(byte[] headerHash) {
            this.headerHash = headerHash;
        }

        @Override
        int overhead() {
            return CRC_BYTES;
        }

        @Override
        int bodyBytes() {
            return LARGEST_BODY;
        }

        private int crc(long number, boolean last, byte[] payload, int length) {
            crc.reset();
            crc.update(headerHash);
            crc.update(place.clear().putLong(number).put((byte) (last ? 1 : 0)).flip());
            crc.update(payload, 0, length);
            return (int) crc.getValue();
        }

        @Override
        int seal(long number, boolean last, byte[] payload, int length, byte[] body) {
            System.arraycopy(payload, 0, body, 0, length);
            ByteBuffer.wrap(body).putInt(length, crc(number, last, payload, length));
            return length + CRC_BYTES;
        }

        @Override
        int open(long number, boolean last, byte[] body, int length, byte[] payload) {
            int payloadBytes = length - CRC_BYTES;
            if (ByteBuffer.wrap(body).getInt(payloadBytes) != crc(number, last, body, payloadBytes)) {
                return -1;
            }
            System.arraycopy(body, 0, payload, 0, payloadBytes);
            return payloadBytes;
        }
    }

    /**
     * AES-256-GCM with a key of this container alone, so that the frame's number is a nonce that never comes twice.
     *
     * <p>The JVM has AES and GHASH in the processor's instructions only where it has compiled what calls them, and it compiles that after
     * some thousand calls, however long each was; until then they run at 35 MiB/s. With one call for each 64 KiB that lasts for a
     * hundred megabytes, which is all of a small state. So what is encrypted goes through the cipher in small pieces; what is decrypted
     * cannot, since a cipher keeps all of it back until the tag has been seen, and therefore frames are short.
     */
    static final class Encrypted extends FrameSeal {
        private static final int TAG_BYTES = 16;
        private static final int NONCE_BYTES = 12;
        private static final int BODY_BYTES = 16 << 10;
        /** Whole blocks of AES; for calls shorter than that, what is around each begins to cost. */
        private static final int PIECE_BYTES = 1024;

        private final SecretKeySpec key;
        private final Cipher cipher;

        private Encrypted(byte[] key) {
            this.key = new SecretKeySpec(key, "AES");
            try {
                this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException broken) {
                throw new IllegalStateException("this JVM has no AES-GCM", broken);
            }
        }

        @Override
        int overhead() {
            return TAG_BYTES;
        }

        @Override
        int bodyBytes() {
            return BODY_BYTES;
        }

        private void begin(int mode, long number, boolean last) throws GeneralSecurityException {
            byte[] nonce =
                    ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(number).array();
            cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(new byte[] {(byte) (last ? 1 : 0)});
        }

        @Override
        int seal(long number, boolean last, byte[] payload, int length, byte[] body) {
            try {
                begin(Cipher.ENCRYPT_MODE, number, last);
                int from = 0;
                int to = 0;
                for (; length - from > PIECE_BYTES; from += PIECE_BYTES) {
                    to += cipher.update(payload, from, PIECE_BYTES, body, to);
                }
                return to + cipher.doFinal(payload, from, length - from, body, to);
            } catch (GeneralSecurityException broken) {
                throw new IllegalStateException("AES-GCM of this JVM does not work", broken);
            }
        }

        @Override
        int open(long number, boolean last, byte[] body, int length, byte[] payload) {
            try {
                begin(Cipher.DECRYPT_MODE, number, last);
                return cipher.doFinal(body, 0, length, payload, 0);
            } catch (AEADBadTagException changed) {
                return -1;
            } catch (GeneralSecurityException broken) {
                throw new IllegalStateException("AES-GCM of this JVM does not work", broken);
            }
        }
    }
}
