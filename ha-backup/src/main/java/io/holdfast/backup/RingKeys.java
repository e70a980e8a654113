package io.holdfast.backup;

import io.holdfast.backup.crypto.Hkdf;
import io.holdfast.core.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a {@link KeyRing} as master keys. What wraps is derived from them, since the same ring may seal datagrams. The nonce is
 * derived from what is wrapped (as SIV does, RFC 5297), so it needs no random source and never comes twice for two keys.
 */
final class RingKeys implements KeyProvider {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private final KeyRing.Source source;
    private volatile @Nullable KeyRing last;

    RingKeys(KeyRing.Source source) {
        this.source = source;
    }

    private KeyRing read() {
        try {
            KeyRing ring = source.read();
            last = ring;
            return ring;
        } catch (IOException unreadable) {
            throw new KeyUnavailableException(
                    "no key for backups: " + source + ": " + unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public Wrapped wrap(byte[] dataKey, String context) {
        KeyRing ring = read();
        byte[] master = ring.key(0);
        byte[] nonce = Arrays.copyOf(
                Hkdf.mac(Hkdf.derive(master, new byte[0], "holdfast backup nonce 1"), bytes(context), dataKey),
                NONCE_BYTES);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, master, nonce, context, dataKey, 0, dataKey.length);
        byte[] wrapped = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, wrapped, NONCE_BYTES, sealed.length);
        return new Wrapped(ring.ids().get(0), wrapped);
    }

    @Override
    public byte[] unwrap(Wrapped wrapped, String context) {
        byte[] bytes = wrapped.bytes();
        byte[] master = master(wrapped.keyId());
        if (bytes.length != NONCE_BYTES + KeyRing.KEY_BYTES + TAG_BYTES) {
            throw new IllegalArgumentException("a wrapped key of " + bytes.length + " bytes is none of a key ring");
        }
        byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
        return run(Cipher.DECRYPT_MODE, master, nonce, context, bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
    }

    private byte[] master(String keyId) {
        KeyRing known = last;
        int index = known == null ? -1 : known.ids().indexOf(keyId);
        if (index < 0) {
            known = read();
            index = known.ids().indexOf(keyId);
        }
        if (known == null || index < 0) {
            throw new KeyUnavailableException(
                    "the key " + keyId + " is not among " + source + "; add it at the end, the backup needs it", null);
        }
        return known.key(index);
    }

    private static byte[] run(
            int mode, byte[] master, byte[] nonce, String context, byte[] input, int offset, int length) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] key = Hkdf.derive(master, new byte[0], "holdfast backup wrap 1");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(bytes(context));
            return cipher.doFinal(input, offset, length);
        } catch (AEADBadTagException forged) {
            throw new IllegalArgumentException("the wrapped key was changed, or is one of something else", forged);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("AES-GCM of this JVM does not work", broken);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String describe() {
        return source.toString();
    }

    @Override
    public String toString() {
        return describe();
    }
}
