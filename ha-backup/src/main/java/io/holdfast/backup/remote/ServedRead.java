package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.core.spi.MalformedFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Sends an object's bytes to another node, a piece at a time and only what it has room for. */
final class ServedRead extends ServedCall {
    private final String name;
    private final long offset;
    private int credit;
    private long sent;
    private boolean open;
    private boolean reading;
    private @Nullable InputStream file; // the worker's

    ServedRead(OfferSession session, int id, String name, long offset) {
        super(session, id);
        this.name = name;
        this.offset = offset;
    }

    @Override
    void begin() {
        onFiles(
                () -> {
                    file = session().directory().read(name, offset);
                    return true;
                },
                opened -> {
                    open = true;
                    goOn();
                });
    }

    @Override
    void received(OfferFrame frame) {
        if (!(frame instanceof Credit more) || credit + (long) more.more() > OfferSession.WINDOW) {
            throw new MalformedFrameException("a reader who has room for " + credit + " bytes said "
                    + frame.getClass().getSimpleName());
        }
        credit += more.more();
        goOn();
    }

    private void goOn() {
        if (!open || reading || credit == 0) {
            return;
        }
        reading = true;
        int most = Math.min(credit, OfferCodec.MOST_DATA);
        onFiles(() -> read(most), bytes -> {
            reading = false;
            if (bytes.length == 0) {
                drop(); // first: the call's slot is free when that is done
                end(new End(id(), sent));
            } else {
                credit -= bytes.length;
                sent += bytes.length;
                session().meters().sent(bytes.length);
                session().send(new Data(id(), bytes));
                goOn();
            }
        });
    }

    /** None at the end. */
    private byte[] read(int most) {
        InputStream from = file;
        if (from == null) {
            return new byte[0]; // it was dropped, and nobody waits for it
        }
        try {
            return from.readNBytes(most);
        } catch (IOException failed) {
            throw new BackupRepositoryException(Reason.FAILED, name + " cannot be read: " + failed, failed);
        }
    }

    @Override
    void drop() {
        release(() -> {
            InputStream from = file;
            file = null;
            if (from != null) {
                try {
                    from.close();
                } catch (IOException closed) {
                    throw new UncheckedIOException(closed);
                }
            }
        });
    }
}
