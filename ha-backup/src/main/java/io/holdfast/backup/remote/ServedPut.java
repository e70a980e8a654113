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
        if (frame instanceof Data data && !complete && data.bytes().length <= credit) {
            credit -= data.bytes().length;
            received += data.bytes().length;
            session().meters().received(data.bytes().length);
            onFiles(() -> write(data.bytes()), this::give);
        } else if (frame instanceof End all && !complete && all.total() == received) {
            complete = true;
            onFiles(this::store, stored -> end(new Done(id(), stored ? 1 : 0)));
        } else {
            throw new MalformedFrameException("a put of which " + received + " bytes have come, with room for " + credit
                    + " more, got " + frame.getClass().getSimpleName());
        }
    }

    private int write(byte[] bytes) {
        OfferedDirectory.Put open = file;
        if (open == null) {
            throw dropped();
        }
        try {
            open.write(bytes, 0, bytes.length);
            return bytes.length;
        } catch (IOException failed) {
            throw new BackupRepositoryException(Reason.FAILED, name + " cannot be written: " + failed, failed);
        }
    }

    private boolean store() {
        OfferedDirectory.Put open = file;
        if (open == null) {
            throw dropped();
        }
        try {
            return open.finish();
        } finally {
            close();
        }
    }

    private BackupRepositoryException dropped() {
        return new BackupRepositoryException(Reason.FAILED, name + " was given up", null);
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
        session().onFiles(() -> {
            try {
                close();
            } catch (BackupRepositoryException left) {
                // A file that cannot be closed is collected later.
            }
        });
    }
}
