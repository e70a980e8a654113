package io.holdfast.integrations.backup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.backup.ResumablePut.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upload in parts that somebody may go on with, as it is listed in the bucket: a store does not say of parts what their SHA-256 is.
 *
 * <pre>
 * holdfast unfinished upload 1
 * key shop/data/0198.hfb
 * upload the store's id of it
 * mark of the put, which the object will carry
 * part 16777216 sha256 etag
 * </pre>
 *
 * @param key of the object
 * @param id the store's
 * @param mark of the put
 * @param parts those that are there, from the first one on
 */
record UnfinishedUpload(String key, String id, String mark, List<Part> parts) {
    /** Where the lists are; begins with a dot, as no object's name does. */
    static final String LISTS = ".unfinished/";

    /** A list is of at most 10,000 parts. */
    static final int MOST_BYTES = 4 << 20;

    private static final String FORMAT = "holdfast unfinished upload 1";
    private static final Pattern PART = Pattern.compile("part (\\d{1,10}) ([0-9a-f]{64}) (\\S.*)");

    /**
     * A part.
     *
     * @param tag how the store calls what is in it
     */
    record Part(Piece piece, String tag) {}

    UnfinishedUpload {
        parts = List.copyOf(parts);
    }

    UnfinishedUpload with(Part next) {
        List<Part> more = new ArrayList<>(parts);
        more.add(next);
        return new UnfinishedUpload(key, id, mark, more);
    }

    UnfinishedUpload first(int count) {
        return new UnfinishedUpload(key, id, mark, parts.subList(0, count));
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder(FORMAT)
                .append("\nkey ")
                .append(key)
                .append("\nupload ")
                .append(id)
                .append("\nmark ")
                .append(mark)
                .append('\n');
        for (Part part : parts) {
            text.append("part ")
                    .append(part.piece.bytes())
                    .append(' ')
                    .append(part.piece.sha256())
                    .append(' ')
                    .append(part.tag)
                    .append('\n');
        }
        return text.toString().getBytes(UTF_8);
    }

    /** Empty if it is not as this release, or any, writes it. */
    static Optional<UnfinishedUpload> decode(byte[] bytes) {
        String[] lines = new String(bytes, UTF_8).split("\n", -1);
        boolean whole = lines.length >= 5
                && lines[0].equals(FORMAT)
                && lines[1].startsWith("key ")
                && lines[2].startsWith("upload ")
                && lines[3].startsWith("mark ")
                && lines[lines.length - 1].isEmpty();
        if (!whole) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        for (int i = 4; i < lines.length - 1; i++) {
            Matcher part = PART.matcher(lines[i]);
            long length = part.matches() ? Long.parseLong(part.group(1)) : 0;
            if (length < 1 || length > S3Settings.MOST_PART) {
                return Optional.empty();
            }
            parts.add(new Part(new Piece(length, part.group(2)), part.group(3)));
        }
        return Optional.of(new UnfinishedUpload(
                lines[1].substring("key ".length()),
                lines[2].substring("upload ".length()),
                lines[3].substring("mark ".length()),
                parts));
    }
}
