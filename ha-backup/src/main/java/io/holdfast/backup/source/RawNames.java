package io.holdfast.backup.source;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Names of files as the bytes that they are. Java's paths hold them, but show them as text in the encoding of the process's locale
 * alone, which loses whatever that has no characters for: under {@code LANG=C} all that is not ASCII. The one way to the bytes that
 * loses nothing, in any locale, is a path's URI.
 */
final class RawNames {
    private static final String UNRESERVED = "/-._~";
    private static final int ASCII = 0x80;

    private RawNames() {}

    /** An absolute path's bytes, without a slash at the end, so none for the root. */
    static byte[] of(Path path) {
        String uri = path.toAbsolutePath().toUri().getRawPath();
        byte[] bytes = decode(uri);
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == '/') {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }

    /** The bytes of {@code path} after those of {@code root} and a slash. */
    static byte[] beneath(byte[] root, Path path) {
        byte[] whole = of(path);
        return whole.length == root.length
                ? new byte[0]
                : Arrays.copyOfRange(whole, Math.min(whole.length, root.length + 1), whole.length);
    }

    /** The path of those bytes beneath a root. */
    static Path resolve(byte[] root, byte[] name) {
        byte[] whole = Arrays.copyOf(root, root.length + 1 + name.length);
        whole[root.length] = '/';
        System.arraycopy(name, 0, whole, root.length + 1, name.length);
        return path(whole);
    }

    private static Path path(byte[] absolute) {
        return Path.of(URI.create("file://" + encode(absolute)));
    }

    /** What a symbolic link says, which need not be absolute. */
    static byte[] ofTarget(Path target) {
        byte[] bytes = of(Path.of("/").resolve(target));
        return target.isAbsolute() ? slashIfEmpty(bytes) : Arrays.copyOfRange(bytes, 1, bytes.length);
    }

    private static byte[] slashIfEmpty(byte[] bytes) {
        return bytes.length == 0 ? new byte[] {'/'} : bytes;
    }

    /** For a symbolic link that is to say that. */
    static Path target(byte[] bytes) {
        if (bytes.length > 0 && bytes[0] == '/') {
            return path(bytes);
        }
        Path absolute = resolve(new byte[0], bytes);
        return absolute.subpath(0, absolute.getNameCount());
    }

    /** For people: UTF-8 where it is, and hexadecimal digits where it is not or cannot be seen. */
    static String printable(byte[] name) {
        boolean utf8 = isUtf8(name);
        String text = new String(name, utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                shown.append("\\\\");
            } else if (Character.isISOControl(c) || (!utf8 && c >= ASCII)) {
                shown.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    static boolean isUtf8(byte[] name) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
            return true;
        } catch (CharacterCodingException other) {
            return false;
        }
    }

    private static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            char c = (char) (b & 0xFF);
            if (c < ASCII && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append('%').append(hex(c >> 4)).append(hex(c & 0xF));
            }
        }
        return text.toString();
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }

    private static byte[] decode(String encoded) {
        byte[] bytes = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(encoded.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return Arrays.copyOf(bytes, length);
    }
}
