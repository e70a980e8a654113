package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.directory.SteppedPut;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Pieces of an object in a directory with a quota, which holds for each byte before it is written. What is refused belongs to the piece that is under
 * way, which is not kept then; those before it are.
 */
final class QuotaPieces implements SteppedPut {
    private final String place;
    private final String name;
    private final SteppedPut pieces;
    private final Quota quota;
    private long bytes;
    /** Of the bytes those that only list the pieces: there may be many that are short. */
    private long lines;

    private boolean torn;
    private boolean over;

    /** @param pieces as it was begun; what is kept of it is under way from now on */
    QuotaPieces(String place, String name, SteppedPut pieces, Quota quota) {
        this.place = place;
        this.name = name;
        this.pieces = pieces;
        this.quota = quota;
        this.lines = (long) LINE_BYTES * pieces.kept().size();
        this.bytes = lines + pieces.kept().stream().mapToLong(Piece::bytes).sum();
        quota.resumed(bytes);
    }

    @Override
    public long pieceBytes() {
        return pieces.pieceBytes();
    }

    @Override
    public List<Piece> kept() {
        return pieces.kept();
    }

    @Override
    public void put(Content piece) throws IOException {
        piece.writeTo(begin());
        keep();
    }

    @Override
    public OutputStream begin() {
        return new Counted(pieces.begin());
    }

    @Override
    public Piece keep() {
        checkWhole();
        quota.take(place, name, LINE_BYTES);
        bytes += LINE_BYTES;
        lines += LINE_BYTES;
        return pieces.keep();
    }

    private void checkWhole() {
        if (torn) {
            throw new BackupRepositoryException(
                    Reason.FAILED,
                    place + ", " + name + ": not all of a piece could be written, so it is not kept",
                    null);
        }
    }

    @Override
    public long prepare() {
        return pieces.prepare();
    }

    @Override
    public boolean publish() {
        boolean stored = pieces.publish();
        end(stored);
        return stored;
    }

    @Override
    public void discard() {
        pieces.discard();
        end(false);
    }

    private void end(boolean stored) {
        if (!over) {
            over = true;
            quota.end(lines, false);
            quota.end(bytes - lines, stored);
        }
    }

    @Override
    public void close() {
        synchronized (quota) { // else what is counted anew in between would be counted twice
            try {
                pieces.close();
            } finally {
                if (!over) {
                    over = true;
                    quota.left(bytes);
                }
            }
        }
    }

    private final class Counted extends OutputStream {
        private final OutputStream out;

        private Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        /** Once it has failed, nothing makes the piece whole: what comes later may fit, and would stand behind a hole. */
        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            checkWhole();
            torn = true;
            quota.take(place, name, length);
            bytes += length;
            out.write(from, offset, length);
            torn = false;
        }
    }
}
