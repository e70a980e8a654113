package io.holdfast.backup.directory;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Pieces one behind the other in a file, and beside it a list of those that are on stable storage. A piece counts once its line in the list is
 * forced, which is after the piece is: what a crash leaves behind the last line is overwritten.
 *
 * <p>Two processes that take each other for dead do not write to the same file: who goes on with it has given it {@linkplain ResumableNames
 * another name}, which the other one notices before its next write. A write that was under way by then may still come, so what was taken over is read
 * again before it is published, and must be what its list says.
 */
final class ResumableFile implements SteppedPut {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int FORCE_EVERY_BYTES = 4 << 20;
    /** So much is read again at a time: a moment, also of a slow disk. */
    private static final int VERIFIED_AT_ONCE_BYTES = 8 << 20;

    private static final Pattern LINE = Pattern.compile("(\\d{1,18}) (\\d{1,18}) ([0-9a-f]{64}) ([0-9a-f]{8}) *\n");

    /** What the directory does with it. */
    interface Place {
        /** Gives it the object's name; false if that is taken. */
        boolean publish();

        /** False once somebody else has taken them over, or removed them. */
        boolean isOurs();

        /** Removes both files. */
        void remove();

        /** Nobody in this process is at it any more. */
        void leave();
    }

    private final StorageFile data;
    private final StorageFile list;
    private final long pieceBytes;
    private final boolean takenOver;
    private final Place place;
    private final Function<IOException, BackupRepositoryException> failure;
    private final List<Piece> kept = new ArrayList<>();
    private long length;
    private boolean broken;
    private @Nullable Output begun;
    private final MessageDigest verified = sha256();
    private int verifiedPieces;
    private long verifiedBytes; // of the piece behind those
    private long unverified;

    private ResumableFile(
            StorageFile data,
            StorageFile list,
            long pieceBytes,
            boolean takenOver,
            Place place,
            Function<IOException, BackupRepositoryException> failure) {
        this.data = data;
        this.list = list;
        this.pieceBytes = pieceBytes;
        this.takenOver = takenOver;
        this.place = place;
        this.failure = failure;
    }

    /**
     * Opens what is there, or makes it.
     *
     * @param takenOver true if both files are there, and somebody else has begun them
     */
    static ResumableFile open(
            Storage storage,
            ResumableNames names,
            long pieceBytes,
            boolean takenOver,
            Place place,
            Function<IOException, BackupRepositoryException> failure)
            throws IOException {
        OpenMode mode = takenOver ? OpenMode.READ_WRITE : OpenMode.CREATE;
        StorageFile pieces = storage.open(names.data(), mode);
        try {
            StorageFile listed = storage.open(names.list(), mode);
            ResumableFile file = new ResumableFile(pieces, listed, pieceBytes, takenOver, place, failure);
            try {
                file.readList();
                file.settle();
            } catch (IOException | RuntimeException failed) {
                listed.close();
                throw failed;
            }
            storage.forceDirectory(Objects.requireNonNull(names.data().getParent()));
            return file;
        } catch (IOException | RuntimeException failed) {
            pieces.close();
            throw failed;
        }
    }

    private void readList() throws IOException {
        long there = data.size();
        ByteBuffer line = ByteBuffer.allocate(LINE_BYTES);
        while (list.read(line.clear(), (long) kept.size() * LINE_BYTES) == LINE_BYTES) {
            String text = new String(line.array(), UTF_8);
            Matcher matcher = LINE.matcher(text);
            if (!matcher.matches() || !matcher.group(4).equals(crc(text))) {
                return;
            }
            long bytes = Long.parseLong(matcher.group(2));
            if (Long.parseLong(matcher.group(1)) != length || bytes < 1 || bytes > there - length) {
                return;
            }
            kept.add(new Piece(bytes, matcher.group(3)));
            length += bytes;
        }
    }

    /** What a piece that was not kept has left is of no use, and takes room. What somebody else has kept is to be read again. */
    private void settle() throws IOException {
        if (data.size() > length) {
            data.truncate(length);
        }
        unverified = takenOver ? length : 0;
    }

    /** Of all before it in the line. */
    private static String crc(String line) {
        byte[] bytes = line.substring(
                        0, line.lastIndexOf(' ', line.stripTrailing().length() - 1))
                .getBytes(UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return String.format("%08x", crc.getValue());
    }

    @Override
    public long pieceBytes() {
        return pieceBytes;
    }

    @Override
    public List<Piece> kept() {
        return List.copyOf(kept);
    }

    @Override
    public void put(Content piece) throws IOException {
        piece.writeTo(begin());
        keep();
    }

    @Override
    public OutputStream begin() {
        if (broken) {
            throw new IllegalStateException("it has failed before");
        }
        broken = true;
        Output out = new Output(length);
        begun = out;
        return out;
    }

    @Override
    public Piece keep() {
        Output out = Objects.requireNonNull(begun, "no piece was begun");
        begun = null;
        out.force();
        if (out.written == 0) {
            throw new IllegalArgumentException("a piece without a byte");
        }
        Piece whole = new Piece(out.written, HexFormat.of().formatHex(out.digest.digest()));
        String text = length + " " + whole.bytes() + " " + whole.sha256() + " ";
        String line = text + crc(text + "00000000") + " ".repeat(LINE_BYTES);
        try {
            requireOurs();
            list.write(
                    ByteBuffer.wrap((line.substring(0, LINE_BYTES - 1) + "\n").getBytes(UTF_8)),
                    (long) kept.size() * LINE_BYTES);
            list.force();
        } catch (IOException failed) {
            throw failure.apply(failed);
        }
        kept.add(whole);
        length += whole.bytes();
        unverified += takenOver ? whole.bytes() : 0;
        broken = false;
        return whole;
    }

    @Override
    public boolean publish() {
        if (broken) {
            throw new IllegalStateException("a piece is missing");
        }
        try {
            requireOurs();
            if (data.size() > length) {
                data.truncate(length); // what a piece that was not kept has left
            } else if (data.size() < length) {
                discard();
                throw new IOException("it has " + data.size() + " bytes, and its pieces have " + length);
            }
            data.force();
            verify(Long.MAX_VALUE);
        } catch (IOException failed) {
            throw failure.apply(failed);
        }
        boolean published = place.publish();
        place.remove();
        return published;
    }

    @Override
    public long prepare() {
        try {
            requireOurs();
            return verify(VERIFIED_AT_ONCE_BYTES);
        } catch (IOException failed) {
            throw failure.apply(failed);
        }
    }

    private void requireOurs() throws IOException {
        if (!place.isOurs()) {
            throw new IOException("another process has gone on with it, or it was removed; this one ends here");
        }
    }

    /** Reads so much more of what was kept, and tells how much is left. */
    private long verify(long most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, unverified));
        long end = unverified - Math.min(unverified, most);
        while (unverified > end) {
            Piece piece = kept.get(verifiedPieces);
            long missing = Math.min(piece.bytes() - verifiedBytes, unverified - end);
            int read = data.read(buffer.clear().limit((int) Math.min(buffer.capacity(), missing)), length - unverified);
            if (read < 1) {
                throw changed(piece);
            }
            verified.update(buffer.flip());
            verifiedBytes += read;
            unverified -= read;
            if (verifiedBytes == piece.bytes()) {
                if (!HexFormat.of().formatHex(verified.digest()).equals(piece.sha256())) {
                    throw changed(piece);
                }
                verifiedPieces++;
                verifiedBytes = 0;
            }
        }
        return unverified;
    }

    private IOException changed(Piece piece) {
        discard();
        return new IOException(
                "of what was kept, the piece of " + piece.bytes() + " bytes with the number " + (verifiedPieces + 1)
                        + " is not what was written any more; it has been thrown away, and is stored from the beginning");
    }

    @Override
    public void discard() {
        broken = true;
        place.remove();
    }

    @Override
    public void close() {
        try (data;
                list) {
            if (kept.isEmpty()) {
                place.remove(); // nothing is to be gone on with
            }
            place.leave();
        } catch (IOException failed) {
            throw failure.apply(failed);
        }
    }

    /** Of a text, as hexadecimal digits. */
    static String digest(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException("every Java has SHA-256", never);
        }
    }

    /** Failures of the file are the repository's, those of the content pass. */
    private final class Output extends OutputStream {
        private final MessageDigest digest = sha256();
        private final long from;
        private long written;
        private long unforced;

        Output(long from) {
            this.from = from;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            digest.update(bytes, offset, count);
            try {
                requireOurs();
                data.write(ByteBuffer.wrap(bytes, offset, count), from + written);
            } catch (IOException failed) {
                throw failure.apply(failed);
            }
            written += count;
            unforced += count;
            if (unforced >= FORCE_EVERY_BYTES) {
                force();
            }
        }

        void force() {
            try {
                data.force();
            } catch (IOException failed) {
                throw failure.apply(failed);
            }
            unforced = 0;
        }
    }
}
