package io.holdfast.core.internal.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of its own for each process, by HKDF (RFC 5869) with HMAC-SHA-256: the shared key as input, the process's random
 * boot id as salt, the cluster's name as context. So two processes never use one key, and a counter is a nonce that never
 * comes twice; and a message of one cluster does not open in another one that was given the same key.
 */
final class KeyDerivation {
    private static final String HMAC = "HmacSHA256";
    private static final int MARK_BYTES = 8;

    private final byte[] context;
    private final byte[] clusterMark;

    KeyDerivation(String clusterName) {
        this.context =
                ("holdfast seal 1\0" + clusterName + "\1").getBytes(StandardCharsets.UTF_8); // \1: HKDF's first block
        this.clusterMark = mark(clusterName);
    }

    /** What stands for a cluster's name: 8 bytes of its hash. */
    static byte[] mark(String clusterName) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("holdfast cluster\0" + clusterName).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(MARK_BYTES).put(hash, 0, MARK_BYTES).array();
        } catch (GeneralSecurityException never) {
            throw new IllegalStateException("every JVM has SHA-256", never);
        }
    }

    byte[] clusterMark() {
        return clusterMark;
    }

    /** The key with which the process of that boot id seals. */
    SecretKey derive(byte[] sharedKey, BootId boot) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(boot.bytes(), HMAC));
            byte[] extracted = mac.doFinal(sharedKey);
            mac.init(new SecretKeySpec(extracted, HMAC));
            return new SecretKeySpec(mac.doFinal(context), "AES");
        } catch (GeneralSecurityException never) {
            throw new IllegalStateException("every JVM has " + HMAC, never);
        }
    }
}
