package io.holdfast.backup;

import io.holdfast.backup.BackupRepository.Content;
import java.io.IOException;
import java.util.List;

/**
 * An object that is stored piece by piece: those that are whole stay where an attempt breaks off, and the next one goes on behind them. Nobody
 * sees anything of it before it is published. Given by {@link BackupRepository#resumable}.
 *
 * <p>Calls block, and fail with {@link BackupRepositoryException}; after an exception all that is left to do is to close it. For one thread.
 */
public interface ResumablePut extends AutoCloseable {
    /**
     * A piece that is there, and survives a loss of power.
     *
     * @param bytes its length
     * @param sha256 of what was written, as 64 hexadecimal digits
     */
    record Piece(long bytes, String sha256) {}

    /** How long each piece should be; the last one may be shorter. */
    long pieceBytes();

    /** What is there from the object's beginning on, in order. */
    List<Piece> kept();

    /**
     * Adds the next piece. When this returns it is kept by a put that is closed; where a process dies without that, a repository may have forgotten
     * the last few. After an exception, of the content as well, it is not there.
     *
     * @throws IOException what the content threw
     */
    void put(Content piece) throws IOException;

    /**
     * Does some of what {@link #publish} has to do, such as reading again what another attempt has left, so that no call takes long: call it again until it
     * says 0, and then {@code publish}. Only when all pieces are there; the object may be stored by then.
     *
     * @return how many bytes are left to be looked at
     */
    default long prepare() {
        return 0;
    }

    /**
     * Stores the object of which all pieces are there: atomic and durable, as {@link BackupRepository#putIfAbsent} is, and nothing of it is
     * left as pieces.
     *
     * @return false if an object of that name is there, which stays as it is
     */
    boolean publish();

    /** Throws all pieces away. */
    void discard();

    /** Ends this attempt. What is kept and not published stays for the next one. */
    @Override
    void close();
}
