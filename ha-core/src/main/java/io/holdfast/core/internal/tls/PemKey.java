package io.holdfast.core.internal.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The private key in a PEM file: PKCS#8, also encrypted, and the older forms of RSA (PKCS#1) and elliptic curves (SEC 1).
 * Messages say what is wrong with the file and nothing of what is in it.
 */
final class PemKey {
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final String CONVERT = "; convert it with: openssl pkcs8 -topk8 -in FILE -out NEW";

    private PemKey() {}

    static PrivateKey read(Path file, byte[] content, char @Nullable [] password) throws PemException {
        for (Pem.Block block : Pem.blocks(file, content)) {
            byte[] pkcs8 = pkcs8(file, block, password);
            if (pkcs8 != null) {
                return key(file, pkcs8);
            }
        }
        throw new PemException(file + " holds no private key; it must be a PEM file with -----BEGIN PRIVATE KEY-----");
    }

    /** Null for what is no private key, such as EC PARAMETERS, or the certificate in the same file. */
    private static byte @Nullable [] pkcs8(Path file, Pem.Block block, char @Nullable [] password) throws PemException {
        return switch (block.label()) {
            case "PRIVATE KEY" -> block.der();
            case "ENCRYPTED PRIVATE KEY" -> decrypted(file, block.der(), password);
            case "RSA PRIVATE KEY" -> Der.pkcs8OfRsa(plain(file, block.der()));
            case "EC PRIVATE KEY" -> ec(file, plain(file, block.der()));
            default -> null;
        };
    }

    private static byte[] plain(Path file, byte[] der) throws PemException {
        if (der.length == 0) {
            throw new PemException(file + " is encrypted in an old form that is not read" + CONVERT);
        }
        return der;
    }

    private static byte[] ec(Path file, byte[] sec1) throws PemException {
        try {
            return Der.pkcs8OfEc(sec1);
        } catch (IllegalArgumentException | IndexOutOfBoundsException unusable) {
            throw new PemException(file + " holds an elliptic-curve key that cannot be read" + CONVERT);
        }
    }

    private static PrivateKey key(Path file, byte[] pkcs8) throws PemException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS")) {
            PrivateKey key = keyOrNull(algorithm, pkcs8);
            if (key != null) {
                return key;
            }
        }
        throw new PemException(
                file + " holds a private key that cannot be read; RSA, elliptic-curve and Ed25519 keys can");
    }

    private static @Nullable PrivateKey keyOrNull(String algorithm, byte[] pkcs8) throws PemException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException another) {
            return null;
        } catch (GeneralSecurityException missing) {
            throw new PemException("this JVM knows no keys of the kind " + algorithm, missing);
        }
    }

    private static byte[] decrypted(Path file, byte[] der, char @Nullable [] password) throws PemException {
        if (password == null) {
            throw new PemException(file + " is encrypted; give its password with .keyPassword(...)");
        }
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(der);
            String algorithm = encrypted.getAlgName();
            if (algorithm.equals("PBES2") || algorithm.equals(PBES2)) {
                algorithm = encrypted.getAlgParameters().toString(); // such as PBEWithHmacSHA256AndAES_256
            }
            SecretKey secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, secret, encrypted.getAlgParameters());
            return encrypted.getKeySpec(cipher).getEncoded();
        } catch (InvalidKeyException | InvalidKeySpecException wrong) {
            throw new PemException(file + " cannot be decrypted with the password given");
        } catch (GeneralSecurityException | IOException unknown) {
            throw new PemException(file + " is encrypted in a way that this JVM does not know (" + unknown.getMessage()
                    + "); encrypt it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW");
        }
    }
}
