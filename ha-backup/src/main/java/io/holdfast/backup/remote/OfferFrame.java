package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut.Piece;
import java.util.List;

/**
 * What is said on a link about a directory that is offered. Each call has a number of its own, which the asking end chooses and does not use again
 * on that link. Bytes are sent against credit: nobody sends what the other end has not made room for.
 */
sealed interface OfferFrame {
    /** Which call this is about. */
    int call();

    /** Stores an object unless it is there: answered by {@link Credit}, or at once by {@link Done}. */
    record Put(int call, String name) implements OfferFrame {}

    /** Bytes of an object: to be stored, or that were read. */
    record Data(int call, byte[] bytes) implements OfferFrame {}

    /**
     * All bytes have been sent.
     *
     * @param total how many there were
     */
    record End(int call, long total) implements OfferFrame {}

    /** The call is given up. */
    record Cancel(int call) implements OfferFrame {}

    /** There is room for so many more bytes; or, of a list, for so many more pages. */
    record Credit(int call, int more) implements OfferFrame {}

    /** Wants an object's bytes; sent against credit. */
    record Read(int call, String name, long offset) implements OfferFrame {}

    /** Wants to know how long an object is. */
    record Size(int call, String name) implements OfferFrame {}

    /** Wants to know what begins with that; each page against credit. */
    record ListAll(int call, String prefix) implements OfferFrame {}

    /** Removes an object. */
    record Delete(int call, String name) implements OfferFrame {}

    /** Removes what was left by puts that are dead. */
    record Collect(int call, long silentMillis) implements OfferFrame {}

    /** It was done: how long the object is, how many were removed, or 1 and 0 for true and false. */
    record Done(int call, long result) implements OfferFrame {}

    /** It was not done. */
    record Failed(int call, Reason reason, String message) implements OfferFrame {}

    /** Some of what is there, in order; the last page is followed by {@link Done}. */
    record Page(int call, List<Stored> objects) implements OfferFrame {
        public Page {
            objects = List.copyOf(objects);
        }
    }

    /**
     * Goes on with an object that is stored in pieces, or begins it: answered by {@link Pieces}, {@link Ready} and {@link Credit}, or at once by
     * {@link Done}, if it is to be put as a whole. Then each piece is {@link Data} and an {@link End}.
     *
     * @param bytes how long the object is
     * @param content which bytes it consists of
     */
    record Resume(int call, String name, long bytes, String content) implements OfferFrame {}

    /** Pieces that are kept: at the beginning those that are there already, in order, and later the one that has ended. */
    record Pieces(int call, List<Piece> pieces) implements OfferFrame {
        public Pieces {
            pieces = List.copyOf(pieces);
        }
    }

    /**
     * All pieces that are there have been told, and the next one may come.
     *
     * @param pieceBytes how long it should be
     * @param kept how many are there
     */
    record Ready(int call, long pieceBytes, long kept) implements OfferFrame {}

    /** Makes the object of its pieces: answered by {@link Unverified}, or by {@link Done} once it is there. */
    record Publish(int call) implements OfferFrame {}

    /** So many bytes that somebody else has left are still to be read again; it is to be asked again meanwhile. */
    record Unverified(int call, long bytes) implements OfferFrame {}

    /** Throws all pieces away. */
    record Discard(int call) implements OfferFrame {}
}
