package io.holdfast.backup.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys of keys, by HKDF (RFC 5869) with HMAC-SHA-256; and the hash and the MAC that it is made of. */
public final class Hkdf {
    private static final String HMAC = "HmacSHA256";
    /** The length of what is derived, and of a hash. */
    public static final int BYTES = 32;

    private Hkdf() {}

    /** 32 bytes for that purpose. */
    public static byte[] derive(byte[] key, byte[] salt, String purpose) {
        byte[] extracted = mac(salt.length == 0 ? new byte[BYTES] : salt, key);
        return mac(extracted, purpose.getBytes(StandardCharsets.UTF_8), new byte[] {1});
    }

    /** HMAC-SHA-256 of the parts, one after the other. */
    public static byte[] mac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException never) {
            throw new IllegalStateException("every JVM has " + HMAC, never);
        }
    }

    /** A new SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException never) {
            throw new IllegalStateException("every JVM has SHA-256", never);
        }
    }

    /** A digest that has seen the same. */
    public static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException foreign) {
            throw new IllegalStateException("SHA-256 of this JVM cannot be copied", foreign);
        }
    }
}
