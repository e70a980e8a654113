package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.crypto.Hkdf;
import io.holdfast.backup.remote.OfferFrame.Discard;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.Pieces;
import io.holdfast.backup.remote.OfferFrame.Publish;
import io.holdfast.backup.remote.OfferFrame.Ready;
import io.holdfast.backup.remote.OfferFrame.Unverified;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object that another node keeps in pieces. The connection need not last from one piece to the next: where it has ended in between, or the other node
 * has heard nothing for so long that it does not wait any more, it is asked again, and nobody must have gone on with the object meanwhile. Within a
 * piece it has to last; after a failure there the next attempt goes on behind those that are whole.
 */
final class RemotePieces implements ResumablePut {
    /** What the other node says when it is asked. */
    private record Begun(Exchange exchange, List<Piece> kept, long pieceBytes) {}

    private final RemoteLink link;
    private final String name;
    private final long bytes;
    private final Supplier<Exchange> asking;
    private final List<Piece> kept;
    private final long pieceBytes;
    private Exchange exchange;
    private boolean broken;
    private boolean over;
    private @Nullable Boolean published;
    private @Nullable Exchange verifies;
    private long unverified;

    private RemotePieces(RemoteLink link, String name, long bytes, Supplier<Exchange> asking, Begun begun) {
        this.link = link;
        this.name = name;
        this.bytes = bytes;
        this.asking = asking;
        this.kept = new ArrayList<>(begun.kept());
        this.pieceBytes = begun.pieceBytes();
        this.exchange = begun.exchange();
    }

    /**
     * Asks for what is there.
     *
     * @param asking makes the call
     * @return empty if the other node does not do that now, or never
     */
    static Optional<ResumablePut> open(RemoteLink link, String name, long bytes, Supplier<Exchange> asking) {
        Begun begun = begin(link, bytes, asking.get());
        return begun == null ? Optional.empty() : Optional.of(new RemotePieces(link, name, bytes, asking, begun));
    }

    private static @Nullable Begun begin(RemoteLink link, long bytes, Exchange exchange) {
        boolean stays = false;
        link.begin(exchange);
        try {
            List<Piece> there = new ArrayList<>();
            long left = bytes;
            while (true) {
                OfferFrame answer = exchange.next();
                if (answer instanceof Pieces page
                        && there.size() + page.pieces().size() <= ServedPieces.MOST_KEPT) {
                    for (Piece piece : page.pieces()) {
                        left -= piece.bytes();
                        if (piece.bytes() < 1 || left < 0) {
                            throw exchange.failure(
                                    Reason.FAILED,
                                    "it has pieces of more than " + bytes + " bytes, or empty ones",
                                    null);
                        }
                    }
                    there.addAll(page.pieces());
                } else if (answer instanceof Ready ready
                        && ready.kept() == there.size()
                        && ready.pieceBytes() > 0
                        && bytes / ready.pieceBytes() <= ServedPieces.MOST_KEPT) {
                    stays = true;
                    return new Begun(exchange, there, ready.pieceBytes());
                } else if (answer instanceof Done) {
                    return null;
                } else {
                    throw unfit(exchange, answer);
                }
            }
        } finally {
            if (!stays) {
                link.forget(exchange);
            }
        }
    }

    private static RuntimeException unfit(Exchange exchange, OfferFrame answer) {
        return exchange.failure(
                Reason.FAILED, "it answered " + answer.getClass().getSimpleName(), null);
    }

    /** The call that is under way, or another one where that has ended. */
    private Exchange underWay() {
        if (over) {
            throw new IllegalStateException(name + " has come to its end");
        }
        if (exchange.hasFailed()) {
            Begun again = begin(link, bytes, asking.get());
            if (again == null || !again.kept().equals(kept)) {
                if (again != null) {
                    link.forget(again.exchange());
                }
                throw exchange.failure(
                        Reason.UNAVAILABLE,
                        "the connection ended, and somebody else is at it or has gone on with it meanwhile",
                        null);
            }
            exchange = again.exchange();
        }
        return exchange;
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
        if (broken) {
            throw new IllegalStateException("it has failed before");
        }
        Exchange call = underWay();
        broken = true;
        MessageDigest digest = Hkdf.sha256();
        RemoteOutput out = new RemoteOutput(call, link);
        piece.writeTo(new DigestOutputStream(out, digest));
        if (out.written() == 0) {
            throw new IllegalArgumentException("a piece without a byte");
        }
        out.finish();
        Piece sent = new Piece(out.written(), HexFormat.of().formatHex(digest.digest()));
        OfferFrame answer = call.next();
        if (!(answer instanceof Pieces now)) {
            throw unfit(call, answer);
        }
        if (!now.pieces().equals(List.of(sent))) {
            throw call.failure(
                    Reason.FAILED,
                    "it has kept something else than the " + sent.bytes() + " bytes that were sent",
                    null);
        }
        kept.add(sent);
        broken = false;
    }

    @Override
    public long prepare() {
        if (broken) {
            throw new IllegalStateException("a piece is missing");
        }
        if (published != null) {
            return 0;
        }
        Exchange call = underWay();
        if (!call.equals(verifies)) {
            verifies = call; // the other node begins anew
            unverified = Long.MAX_VALUE;
        }
        broken = true;
        link.send(call, Publish::new);
        OfferFrame answer = call.next();
        if (answer instanceof Done done) {
            over = true;
            published = done.result() == 1;
            unverified = 0;
        } else if (answer instanceof Unverified left && left.bytes() > 0 && left.bytes() < unverified) {
            unverified = left.bytes();
        } else {
            throw unfit(call, answer);
        }
        broken = false;
        return unverified;
    }

    @Override
    public boolean publish() {
        while (prepare() > 0) {
            // goes on
        }
        return Boolean.TRUE.equals(published);
    }

    @Override
    public void discard() {
        broken = true;
        if (over) {
            return;
        }
        Exchange call = underWay();
        link.send(call, Discard::new);
        OfferFrame answer = call.next();
        if (answer instanceof Pieces) {
            answer = call.next(); // that was to a piece for which nobody has waited any more
        }
        if (!(answer instanceof Done)) {
            throw unfit(call, answer);
        }
        over = true;
    }

    @Override
    public void close() {
        over = true;
        link.forget(exchange);
    }
}
