package io.holdfast.core.internal.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;

/** Files that an operator writes and a node reads once, when it is built. */
public final class OperatorFiles {
    private static final int LARGEST_BYTES = 1 << 20;

    private OperatorFiles() {}

    /**
     * The text of a file.
     *
     * @throws IllegalArgumentException with what is wrong, if it cannot be read; nothing of its content is in the message
     */
    public static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST_BYTES + 1);
            if (content.length > LARGEST_BYTES) {
                throw new IllegalArgumentException(file + " is longer than 1 MiB; is it the right file?");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(file + " does not exist", missing);
        } catch (CharacterCodingException other) {
            throw new IllegalArgumentException(file + " is not written in UTF-8; convert it", other);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    file + " cannot be read: " + unreadable.getClass().getSimpleName() + " "
                            + Objects.requireNonNullElse(unreadable.getMessage(), "")
                            + "; may the user that the process runs as read it?",
                    unreadable);
        }
    }

    /** True if every user of this host may read it; false where that cannot be known. */
    public static boolean isReadableByAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }
}
