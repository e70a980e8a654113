package io.holdfast.core.internal.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a node's certificate, its key and those whom it trusts are. Says nothing of the password when printed. */
public final class PemFiles {
    private static final int LARGEST_BYTES = 1 << 20;

    private final Path chain;
    private final Path key;
    private final Path trusted;
    private final char @Nullable [] keyPassword;

    /** @param keyPassword of the key's file, or null if that is not encrypted; copied */
    public PemFiles(Path chain, Path key, Path trusted, char @Nullable [] keyPassword) {
        this.chain = chain;
        this.key = key;
        this.trusted = trusted;
        this.keyPassword = keyPassword == null ? null : keyPassword.clone();
    }

    /** What the files held at one moment. */
    record Contents(byte[] chain, byte[] key, byte[] trusted) {
        /** Tells whether something has changed, and keeps no key. */
        String fingerprint() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (byte[] part : new byte[][] {chain, key, trusted}) {
                    digest.update((part.length + " ").getBytes(StandardCharsets.US_ASCII));
                    digest.update(part);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException never) {
                throw new IllegalStateException("every JVM has SHA-256", never);
            }
        }
    }

    Contents read() throws PemException {
        return new Contents(bytes(chain), bytes(key), bytes(trusted));
    }

    private static byte[] bytes(Path file) throws PemException {
        if (!Files.exists(file)) {
            throw new PemException(file + " does not exist");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST_BYTES + 1);
            if (content.length > LARGEST_BYTES) {
                throw new PemException(file + " is longer than 1 MiB; is it a PEM file?");
            }
            return content;
        } catch (IOException unreadable) {
            throw new PemException(
                    file + " cannot be read: " + unreadable.getClass().getSimpleName() + " "
                            + Objects.requireNonNullElse(unreadable.getMessage(), "")
                            + "; may the user that the process runs as read it?",
                    unreadable);
        }
    }

    Path chain() {
        return chain;
    }

    Path key() {
        return key;
    }

    Path trusted() {
        return trusted;
    }

    char @Nullable [] keyPassword() {
        return keyPassword == null ? null : keyPassword.clone();
    }

    @Override
    public String toString() {
        return "certificate " + chain + ", key " + key + (keyPassword == null ? "" : " (encrypted)") + ", trusted "
                + trusted;
    }
}
