package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.directory.SteppedPut;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Discard;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.backup.remote.OfferFrame.Pieces;
import io.holdfast.backup.remote.OfferFrame.Publish;
import io.holdfast.backup.remote.OfferFrame.Ready;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Unverified;
import io.holdfast.core.spi.MalformedFrameException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pieces that another node sends of a large object. However the call ends, those that were kept stay, what was under way goes, and the object
 * is free for whoever goes on with it.
 */
final class ServedPieces extends ServedCall {
    /** Of more pieces an object is not gone on with: 12 TiB of the usual ones. Their hashes take some 30 MiB of memory. */
    static final int MOST_KEPT = 200_000;

    /** So many may be shorter than they should. */
    private static final int SPARE_PIECES = 16;

    private final Resume asked;
    private final Inflow inflow;
    private boolean ready;
    private boolean discarded;
    private boolean answering; // it has to wait for what an end, or an order to publish, comes to
    private @Nullable SteppedPut file; // the worker's
    private @Nullable OutputStream piece; // the worker's
    private int kept; // the worker's
    private long most; // the worker's

    private record Begun(long pieceBytes, List<Piece> kept) {}

    ServedPieces(OfferSession session, Resume asked) {
        super(session, asked.call());
        this.asked = asked;
        this.inflow = new Inflow(this, asked.name());
    }

    boolean isOf(Resume other) {
        return asked.name().equals(other.name()) && asked.content().equals(other.content());
    }

    @Override
    void begin() {
        onFiles(this::open, begun -> begun.ifPresentOrElse(this::tell, () -> end(new Done(id(), 0))));
    }

    private Optional<Begun> open() {
        SteppedPut begun = session().directory().beginPieces(asked.name(), asked.bytes(), asked.content());
        if (begun == null) {
            return Optional.empty();
        }
        file = begun;
        List<Piece> there = begun.kept();
        most = asked.bytes() / begun.pieceBytes() + SPARE_PIECES;
        if (there.size() >= most || most > MOST_KEPT) {
            close();
            return Optional.empty();
        }
        kept = there.size();
        return Optional.of(new Begun(begun.pieceBytes(), there));
    }

    private void tell(Begun begun) {
        List<Piece> kept = begun.kept();
        for (int from = 0; from < kept.size(); from += OfferCodec.MOST_PIECES) {
            int to = Math.min(kept.size(), from + OfferCodec.MOST_PIECES);
            session().send(new Pieces(id(), kept.subList(from, to)));
        }
        session().send(new Ready(id(), begun.pieceBytes(), kept.size()));
        ready = true;
        inflow.give(OfferSession.WINDOW);
    }

    @Override
    void received(OfferFrame frame) {
        if (frame instanceof Discard && ready && !discarded) {
            discarded = true; // also while an answer is awaited, which nobody may wait for any more
            answering = true;
            onFiles(() -> step(this::discard), this::answer);
        } else if (frame instanceof Data data && ready && !answering) {
            byte[] bytes = inflow.take(data);
            onFiles(() -> step(open -> write(open, bytes)), inflow::give);
        } else if (frame instanceof End all && ready && !answering && all.total() > 0) {
            inflow.end(all);
            answering = true;
            onFiles(() -> step(this::keep), this::answer);
        } else if (frame instanceof Publish && ready && !answering && inflow.received() == 0) {
            answering = true;
            onFiles(() -> step(this::publish), this::answer);
        } else {
            throw new MalformedFrameException(
                    "pieces of " + asked.name() + ", of the next of which " + inflow.received()
                            + " bytes have come" + (answering ? " and an answer is awaited" : "") + ", got "
                            + frame.getClass().getSimpleName());
        }
    }

    private void answer(OfferFrame frame) {
        answering = false;
        if (frame instanceof Done) {
            end(frame);
        } else {
            session().send(frame);
        }
    }

    /** After one that has failed nothing makes the piece whole, whatever is queued behind it, and the call ends with it. */
    private <T> T step(Function<SteppedPut, T> work) {
        SteppedPut open = file;
        if (open == null) {
            throw new BackupRepositoryException(Reason.FAILED, asked.name() + " was given up", null);
        }
        return work.apply(open);
    }

    private int write(SteppedPut open, byte[] bytes) {
        try {
            OutputStream out = piece == null ? open.begin() : piece;
            piece = out;
            out.write(bytes);
            return bytes.length;
        } catch (IOException failed) {
            throw new BackupRepositoryException(Reason.FAILED, asked.name() + " cannot be written: " + failed, failed);
        }
    }

    private OfferFrame keep(SteppedPut open) {
        piece = null;
        if (++kept > most) {
            throw new BackupRepositoryException(
                    Reason.FAILED, asked.name() + " comes in more than " + most + " pieces; make them longer", null);
        }
        return new Pieces(id(), List.of(open.keep()));
    }

    private OfferFrame publish(SteppedPut open) {
        long left = open.prepare();
        if (left > 0) {
            return new Unverified(id(), left);
        }
        boolean published = open.publish();
        close();
        return new Done(id(), published ? 1 : 0);
    }

    private OfferFrame discard(SteppedPut open) {
        open.discard();
        close();
        return new Done(id(), 1);
    }

    private void close() {
        SteppedPut open = file;
        file = null;
        piece = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    void drop() {
        release(this::close); // a file that cannot be closed is collected later
    }
}
