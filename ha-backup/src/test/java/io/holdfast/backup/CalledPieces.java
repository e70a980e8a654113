package io.holdfast.backup;

import java.io.IOException;
import java.util.List;

/** Pieces of a repository of the tests, of which each call is one that may fail. */
public final class CalledPieces implements ResumablePut {
    /** What is done. */
    @FunctionalInterface
    public interface Body {
        void run() throws IOException;
    }

    /** Does it, or fails. */
    @FunctionalInterface
    public interface Calls {
        void run(Body body) throws IOException;
    }

    private final ResumablePut pieces;
    private final Calls calls;
    private boolean published;

    public CalledPieces(ResumablePut pieces, Calls calls) {
        this.pieces = pieces;
        this.calls = calls;
    }

    private void quietly(Body body) {
        try {
            calls.run(body);
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
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
    public void put(BackupRepository.Content piece) throws IOException {
        calls.run(() -> pieces.put(piece));
    }

    private long left;

    @Override
    public long prepare() {
        quietly(() -> left = pieces.prepare());
        return left;
    }

    @Override
    public boolean publish() {
        quietly(() -> published = pieces.publish());
        return published;
    }

    @Override
    public void discard() {
        quietly(pieces::discard);
    }

    @Override
    public void close() {
        pieces.close();
    }
}
