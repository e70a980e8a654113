package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.core.spi.MalformedFrameException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Stores what another node sends. Its file is the worker's, where all pieces come in their order. */
final class ServedPut extends ServedCall {
    /**
     * As many pieces wait for the worker. Who keeps the rules has not more than a window's full ones under way; many that are tiny would cost far more
     * than their bytes.
     */
    static final int MOST_PIECES = 4 * OfferSession.WINDOW / OfferCodec.MOST_DATA;

    private final String name;
    private long received;
    private int credit;
    private boolean complete;
    private OfferedDirectory.@Nullable Put file; // the worker's

    ServedPut(OfferSession session, int id, String name) {
        super(session, id);
        this.name = name;
    }

    @Override
    void begin() {
        onFiles(
                () -> {
                    file = session().directory().begin(name);
                    return file != null;
                },
                begun -> {
                    if (begun) {
                        give(OfferSession.WINDOW);
                    } else {
                        end(new Done(id(), 0));
                    }
                });
    }

    private void give(int bytes) {
        credit += bytes;
        session().send(new Credit(id(), bytes));
    }

    @Override
    void received(OfferFrame frame) {
        if (tasks() > MOST_PIECES) {
            throw new MalformedFrameException("a put of " + name + " comes in pieces that are too small: " + tasks()
                    + " of them wait, of " + received + " bytes that have come");
        }
        if (frame instanceof Data data && !complete && data.bytes().length <= credit) {
            credit -= data.bytes().length;
            received += data.bytes().length;
            session().meters().received(data.bytes().length);
            onFiles(() -> write(data.bytes()), this::give);
        } else if (frame instanceof End all && !complete && all.total() == received) {
            complete = true;
            onFiles(() -> store(all.total()), stored -> end(new Done(id(), stored ? 1 : 0)));
        } else {
            throw new MalformedFrameException("a put of which " + received + " bytes have come, with room for " + credit
                    + " more, got " + frame.getClass().getSimpleName());
        }
    }

    private int write(byte[] bytes) {
        OfferedDirectory.Put open = open();
        try {
            open.write(bytes, 0, bytes.length);
            return bytes.length;
        } catch (IOException failed) {
            giveUp(failed);
            throw new BackupRepositoryException(Reason.FAILED, name + " cannot be written: " + failed, failed);
        } catch (RuntimeException failed) {
            giveUp(failed);
            throw failed;
        }
    }

    /** At once, and not when the loop has heard of it: what comes next is queued here already, and may be the order to store what there is. */
    private void giveUp(Exception failed) {
        try {
            close();
        } catch (RuntimeException left) {
            failed.addSuppressed(left);
        }
    }

    private boolean store(long total) {
        OfferedDirectory.Put open = open();
        try {
            if (open.bytes() != total) {
                throw new BackupRepositoryException(
                        Reason.FAILED, name + ": of " + total + " bytes " + open.bytes() + " were written", null);
            }
            return open.finish();
        } finally {
            close();
        }
    }

    private OfferedDirectory.Put open() {
        OfferedDirectory.Put open = file;
        if (open == null) {
            throw new BackupRepositoryException(Reason.FAILED, name + " was given up", null);
        }
        return open;
    }

    private void close() {
        OfferedDirectory.Put open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    void drop() {
        release(this::close); // a file that cannot be closed is collected later
    }
}
