package io.holdfast.backup.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes an archive that any tar of POSIX.1-2001 reads. Names are the bytes they are; where they are not UTF-8, the record {@code
 * hdrcharset=BINARY} says so. Not thread-safe.
 */
final class TarWriter {
    private static final byte[] ZEROS = new byte[TarFormat.BLOCK];
    private static final int ASCII = 0x80;

    private final OutputStream out;
    private long missing;
    private int padding;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes what stands before the content, of which {@link TarEntry#size} bytes have to follow by {@link #content}. */
    void begin(TarEntry entry) throws IOException {
        checkWhole();
        byte[] name = shownName(entry);
        byte[] records = records(entry, name);
        if (records.length > 0) {
            byte[] header = new byte[TarFormat.BLOCK];
            text(header, TarFormat.NAME, TarFormat.NAME_LENGTH, ascii("PaxHeaders/next"));
            finish(header, TarFormat.EXTENDED, 0600, 0, 0, records.length, 0);
            out.write(records);
            out.write(ZEROS, 0, TarFormat.padding(records.length));
        }
        byte[] header = new byte[TarFormat.BLOCK];
        text(header, TarFormat.NAME, TarFormat.NAME_LENGTH, name);
        text(header, TarFormat.TARGET, TarFormat.NAME_LENGTH, entry.target());
        text(header, TarFormat.OWNER, TarFormat.WORD_LENGTH - 1, ascii(entry.owner()));
        text(header, TarFormat.GROUP, TarFormat.WORD_LENGTH - 1, ascii(entry.group()));
        finish(
                header,
                entry.type().letter,
                entry.mode(),
                entry.uid() <= TarFormat.LARGEST_ID ? entry.uid() : 0,
                entry.gid() <= TarFormat.LARGEST_ID ? entry.gid() : 0,
                entry.size() <= TarFormat.LARGEST_LONG ? entry.size() : 0,
                Math.max(0, Math.min(entry.modified().getEpochSecond(), TarFormat.LARGEST_LONG)));
        missing = entry.size();
        padding = TarFormat.padding(entry.size());
        endContent();
    }

    /** Directories end in a slash, as the format has it; the root of the tree is a dot. */
    private static byte[] shownName(TarEntry entry) {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            return entry.name();
        }
        byte[] name = entry.name().length == 0 ? new byte[] {'.'} : entry.name();
        byte[] shown = Arrays.copyOf(name, name.length + 1);
        shown[name.length] = '/';
        return shown;
    }

    private static byte[] records(TarEntry entry, byte[] name) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        if (!RawNames.isUtf8(name) || !RawNames.isUtf8(entry.target())) {
            record(records, "hdrcharset", ascii("BINARY"));
        }
        if (!fits(name)) {
            record(records, "path", name);
        }
        if (!fits(entry.target())) {
            record(records, "linkpath", entry.target());
        }
        if (entry.size() > TarFormat.LARGEST_LONG) {
            record(records, "size", ascii(Long.toString(entry.size())));
        }
        if (entry.uid() > TarFormat.LARGEST_ID) {
            record(records, "uid", ascii(Long.toString(entry.uid())));
        }
        if (entry.gid() > TarFormat.LARGEST_ID) {
            record(records, "gid", ascii(Long.toString(entry.gid())));
        }
        Instant modified = entry.modified();
        long seconds = modified.getEpochSecond();
        int nanos = modified.getNano();
        if (nanos != 0 || seconds < 0 || seconds > TarFormat.LARGEST_LONG) {
            record(records, "mtime", ascii(decimal(seconds, nanos)));
        }
        return records.toByteArray();
    }

    /** Below zero, the fraction counts downwards. */
    private static String decimal(long seconds, int nanos) {
        boolean negative = seconds < 0;
        long whole = negative && nanos > 0 ? seconds + 1 : seconds;
        int fraction = negative && nanos > 0 ? 1_000_000_000 - nanos : nanos;
        return (negative ? "-" : "")
                + Math.abs(whole)
                + (fraction == 0 ? "" : String.format(Locale.ROOT, ".%09d", fraction));
    }

    private static boolean fits(byte[] name) {
        for (byte b : name) {
            if (b < 0) {
                return false;
            }
        }
        return name.length <= TarFormat.NAME_LENGTH;
    }

    /** "length key=value\n", where the length counts itself. */
    private static void record(ByteArrayOutputStream records, String key, byte[] value) throws IOException {
        int rest = key.length() + value.length + 3;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length++;
        }
        records.write(ascii(length + " " + key + "="));
        records.write(value);
        records.write('\n');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void text(byte[] header, int at, int longest, byte[] bytes) {
        int length = 0;
        while (length < Math.min(longest, bytes.length) && (bytes[length] & 0xFF) < ASCII) {
            header[at + length] = bytes[length];
            length++;
        }
    }

    private static void number(byte[] header, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        int zeros = length - 1 - digits.length();
        for (int i = 0; i < length - 1; i++) {
            header[at + i] = (byte) (i < zeros ? '0' : digits.charAt(i - zeros));
        }
    }

    private void finish(byte[] header, char type, int mode, long uid, long gid, long size, long modified)
            throws IOException {
        number(header, TarFormat.MODE, TarFormat.ID_LENGTH, mode);
        number(header, TarFormat.UID, TarFormat.ID_LENGTH, uid);
        number(header, TarFormat.GID, TarFormat.ID_LENGTH, gid);
        number(header, TarFormat.SIZE, TarFormat.LONG_LENGTH, size);
        number(header, TarFormat.MODIFIED, TarFormat.LONG_LENGTH, modified);
        header[TarFormat.TYPE] = (byte) type;
        System.arraycopy(TarFormat.USTAR, 0, header, TarFormat.MAGIC, TarFormat.USTAR.length);
        number(header, TarFormat.CHECKSUM, TarFormat.ID_LENGTH - 1, TarFormat.checksum(header));
        header[TarFormat.CHECKSUM + TarFormat.ID_LENGTH - 1] = ' ';
        out.write(header);
    }

    /** A piece of the content. */
    void content(byte[] bytes, int length) throws IOException {
        if (length > missing) {
            throw new IllegalStateException(length + " bytes where " + missing + " are missing");
        }
        out.write(bytes, 0, length);
        missing -= length;
        endContent();
    }

    private void endContent() throws IOException {
        if (missing == 0) {
            out.write(ZEROS, 0, padding);
            padding = 0;
        }
    }

    /** Zeros in the place of the content that is missing. */
    void fill() throws IOException {
        while (missing > 0) {
            content(ZEROS, (int) Math.min(missing, ZEROS.length));
        }
    }

    /** Writes what an archive ends with. */
    void end() throws IOException {
        checkWhole();
        out.write(ZEROS);
        out.write(ZEROS);
    }

    private void checkWhole() {
        if (missing > 0) {
            throw new IllegalStateException(missing + " bytes of the content are missing");
        }
    }
}
