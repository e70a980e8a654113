package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.core.spi.MalformedFrameException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Stores what another node sends. Its file is the worker's, where all pieces come in their order. */
final class ServedPut extends ServedCall {
    private final String name;
    private final Inflow inflow;
    private boolean complete;
    private OfferedDirectory.@Nullable Put file; // the worker's

    ServedPut(OfferSession session, int id, String name) {
        super(session, id);
        this.name = name;
        this.inflow = new Inflow(this, name);
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
                        inflow.give(OfferSession.WINDOW);
                    } else {
                        end(new Done(id(), 0));
                    }
                });
    }

    @Override
    void received(OfferFrame frame) {
        if (frame instanceof Data data && !complete) {
            byte[] bytes = inflow.take(data);
            onFiles(() -> write(bytes), inflow::give);
        } else if (frame instanceof End all && !complete) {
            inflow.end(all);
            complete = true;
            onFiles(() -> store(all.total()), stored -> end(new Done(id(), stored ? 1 : 0)));
        } else {
            throw new MalformedFrameException("a put of " + name + " of which " + inflow.received()
                    + " bytes have come got " + frame.getClass().getSimpleName());
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
