package io.holdfast.backup.catalog;

import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.crypto.Hkdf;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a container in pieces, and goes on behind those that an earlier attempt has left. They are not taken on trust: the container is read from
 * its beginning where it comes from, each piece that is there must be of the same bytes, and all of it must have the hash that the manifest says.
 */
final class PiecewiseCopy {
    private static final Logger LOG = LoggerFactory.getLogger(PiecewiseCopy.class);
    private static final int BUFFER_BYTES = 64 << 10;

    /** Where the container comes from. */
    interface Source {
        /** Returns how many bytes it read, fewer than 1 at the end; fails as a copy does. */
        int read(byte[] into, int most) throws IOException;
    }

    private final StoredObject object;
    private final ResumablePut put;
    private final Source source;
    private final Runnable goesOn;
    private final MessageDigest whole = Hkdf.sha256();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long done;

    /** @param goesOn called now and then while nothing is read */
    PiecewiseCopy(StoredObject object, ResumablePut put, Source source, Runnable goesOn) {
        this.object = object;
        this.put = put;
        this.source = source;
        this.goesOn = goesOn;
    }

    /**
     * Copies it.
     *
     * @param where for people
     * @return false if somebody has stored it meanwhile
     * @throws DifferentException if the container is another one than the manifest says; nothing is left of it
     * @throws IllegalStateException if what an earlier attempt has left is something else, and has been thrown away
     */
    boolean copy(String where) throws IOException {
        for (Piece piece : put.kept()) {
            MessageDigest digest = Hkdf.sha256();
            long bytes = pass(piece.bytes(), digest, OutputStream.nullOutputStream());
            if (bytes != piece.bytes() || !hex(digest).equals(piece.sha256())) {
                put.discard();
                throw new IllegalStateException(where + ": what an earlier attempt has left of " + object.name()
                        + " is not what is to be copied; it is copied from the beginning");
            }
        }
        if (done > 0) {
            LOG.info(
                    "{}: goes on with {} after {} of {} MiB, which an earlier attempt has left",
                    where,
                    object.name(),
                    done >> 20,
                    object.storedBytes() >> 20);
        }
        while (done < object.storedBytes()) {
            long wanted = Math.min(put.pieceBytes(), object.storedBytes() - done);
            put.put(out -> {
                if (pass(wanted, Hkdf.sha256(), out) < wanted) {
                    throw different();
                }
            });
        }
        if (source.read(buffer, 1) > 0 || !hex(whole).equals(object.sha256())) {
            throw different();
        }
        while (put.prepare() > 0) {
            goesOn.run();
        }
        return put.publish();
    }

    private DifferentException different() {
        put.discard();
        return new DifferentException();
    }

    private long pass(long wanted, MessageDigest digest, OutputStream out) throws IOException {
        long passed = 0;
        while (passed < wanted) {
            int read = source.read(buffer, (int) Math.min(buffer.length, wanted - passed));
            if (read < 1) {
                return passed;
            }
            whole.update(buffer, 0, read);
            digest.update(buffer, 0, read);
            out.write(buffer, 0, read);
            passed += read;
            done += read;
        }
        return passed;
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The container is not what its manifest says. */
    static final class DifferentException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
