package io.holdfast.backup.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link TarWriter} writes, in memory that does not grow, and nothing that is not quite that. Not thread-safe. */
final class TarReader {
    private static final int LONGEST_RECORDS = 1 << 20;
    private static final int NANO_DIGITS = 9;

    private final InputStream in;
    private long left;
    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /** The next entry; null at the end, behind which nothing may follow. What is left of the content before is passed over. */
    @Nullable
    TarEntry next() throws IOException {
        byte[] skipped = new byte[TarFormat.BLOCK];
        while (left > 0) {
            read(skipped, 0, skipped.length);
        }
        byte[] header = block();
        if (isZeros(header)) {
            checkEnd();
            return null;
        }
        checkHeader(header);
        Map<String, byte[]> records = new HashMap<>();
        if (header[TarFormat.TYPE] == TarFormat.EXTENDED) {
            long length = number(header, TarFormat.SIZE, TarFormat.LONG_LENGTH);
            if (length > LONGEST_RECORDS) {
                throw broken("an extended header of " + length + " bytes");
            }
            parse(whole((int) length), records);
            whole(TarFormat.padding(length));
            header = block();
            checkHeader(header);
        }
        return entry(header, records);
    }

    private TarEntry entry(byte[] header, Map<String, byte[]> records) throws IOException {
        TarEntry.Type type = type(header[TarFormat.TYPE]);
        byte[] name = records.getOrDefault("path", name(header));
        long size = count(records, "size", number(header, TarFormat.SIZE, TarFormat.LONG_LENGTH));
        if (type != TarEntry.Type.FILE && size != 0) {
            throw broken("content of what has none: " + RawNames.printable(name));
        }
        left = size;
        padding = TarFormat.padding(size);
        Instant modified = Instant.ofEpochSecond(number(header, TarFormat.MODIFIED, TarFormat.LONG_LENGTH));
        byte[] mtime = records.get("mtime");
        return new TarEntry(
                trimmed(type, name),
                type,
                (int) number(header, TarFormat.MODE, TarFormat.ID_LENGTH),
                count(records, "uid", number(header, TarFormat.UID, TarFormat.ID_LENGTH)),
                count(records, "gid", number(header, TarFormat.GID, TarFormat.ID_LENGTH)),
                text(header, TarFormat.OWNER, TarFormat.WORD_LENGTH),
                text(header, TarFormat.GROUP, TarFormat.WORD_LENGTH),
                size,
                mtime == null ? modified : instant(ascii(mtime)),
                records.getOrDefault("linkpath", field(header, TarFormat.TARGET, TarFormat.NAME_LENGTH)));
    }

    private static byte[] name(byte[] header) {
        byte[] prefix = field(header, TarFormat.PREFIX, TarFormat.PREFIX_LENGTH);
        byte[] name = field(header, TarFormat.NAME, TarFormat.NAME_LENGTH);
        if (prefix.length == 0) {
            return name;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        return whole;
    }

    private static byte[] trimmed(TarEntry.Type type, byte[] name) {
        if (type != TarEntry.Type.DIRECTORY) {
            return name;
        }
        int length = name.length > 0 && name[name.length - 1] == '/' ? name.length - 1 : name.length;
        boolean root = length == 1 && name[0] == '.';
        return Arrays.copyOf(name, root ? 0 : length);
    }

    private static TarEntry.Type type(byte letter) throws SourceFailedException {
        for (TarEntry.Type type : TarEntry.Type.values()) {
            if (type.letter == letter) {
                return type;
            }
        }
        throw broken("an entry of the unknown type " + letter);
    }

    /** Up to so much of the content; -1 if nothing is left. */
    int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = in.read(buffer, offset, (int) Math.min(left, length));
        if (read < 0) {
            throw broken("it ends within a file");
        }
        left -= read;
        if (left == 0) {
            whole(padding);
        }
        return read;
    }

    private byte[] block() throws IOException {
        return whole(TarFormat.BLOCK);
    }

    private byte[] whole(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw broken("it ends before its end");
        }
        return bytes;
    }

    /** Reads to the end of the part, too, with which it is found whole. */
    private void checkEnd() throws IOException {
        byte[] rest = new byte[TarFormat.BLOCK];
        for (int read = in.read(rest); read >= 0; read = in.read(rest)) {
            if (!isZeros(Arrays.copyOf(rest, read))) {
                throw broken("something follows its end");
            }
        }
    }

    private static boolean isZeros(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkHeader(byte[] header) throws IOException {
        boolean ustar = Arrays.equals(
                header,
                TarFormat.MAGIC,
                TarFormat.MAGIC + TarFormat.USTAR.length,
                TarFormat.USTAR,
                0,
                TarFormat.USTAR.length);
        if (!ustar || number(header, TarFormat.CHECKSUM, TarFormat.ID_LENGTH) != TarFormat.checksum(header)) {
            throw broken("what should be a header is none");
        }
    }

    private static void parse(byte[] bytes, Map<String, byte[]> records) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int blank = at;
            while (blank < bytes.length && bytes[blank] != ' ') {
                blank++;
            }
            long length = digits(ascii(Arrays.copyOfRange(bytes, at, blank)));
            int equals = blank;
            while (equals < bytes.length && bytes[equals] != '=') {
                equals++;
            }
            long end = at + length;
            if (end > bytes.length || equals >= end - 1 || bytes[(int) end - 1] != '\n') {
                throw broken("a record of an extended header that is none");
            }
            records.put(
                    ascii(Arrays.copyOfRange(bytes, blank + 1, equals)),
                    Arrays.copyOfRange(bytes, equals + 1, (int) end - 1));
            at = (int) end;
        }
    }

    private static long count(Map<String, byte[]> records, String key, long otherwise) throws IOException {
        byte[] value = records.get(key);
        return value == null ? otherwise : digits(ascii(value));
    }

    private static long digits(String text) throws IOException {
        if (!text.matches("[0-9]{1,18}")) {
            throw broken("\"" + text + "\" where a number should be");
        }
        return Long.parseLong(text);
    }

    private static Instant instant(String text) throws IOException {
        if (!text.matches("-?[0-9]{1,15}(\\.[0-9]{1,9})?")) {
            throw broken("\"" + text + "\" where a time should be");
        }
        boolean negative = text.startsWith("-");
        String[] halves = (negative ? text.substring(1) : text).split("\\.");
        long seconds = Long.parseLong(halves[0]);
        long nanos = halves.length < 2 ? 0 : Long.parseLong(halves[1] + "0".repeat(NANO_DIGITS - halves[1].length()));
        return negative ? Instant.ofEpochSecond(-seconds, -nanos) : Instant.ofEpochSecond(seconds, nanos);
    }

    private static long number(byte[] header, int at, int length) throws IOException {
        String text = text(header, at, length).strip();
        if (!text.matches("[0-7]{1,12}")) {
            throw broken("\"" + text + "\" where an octal number should be");
        }
        return Long.parseLong(text, 8);
    }

    private static byte[] field(byte[] header, int at, int length) {
        int end = at;
        while (end < at + length && header[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(header, at, end);
    }

    private static String text(byte[] header, int at, int length) {
        return ascii(field(header, at, length));
    }

    private static String ascii(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static SourceFailedException broken(String what) {
        return new SourceFailedException("this is no archive of a directory: " + what);
    }
}
