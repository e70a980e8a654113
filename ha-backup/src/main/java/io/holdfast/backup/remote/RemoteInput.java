package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.backup.remote.OfferFrame.Read;
import java.io.InputStream;
import java.util.Objects;

/**
 * Reads an object of another node. If the link ends meanwhile, it is asked for again from where it ended, a few times without a byte in between: an
 * object never changes.
 */
final class RemoteInput extends InputStream {
    private static final int REOPENED = 3;

    private final String place;
    private final RemoteLink link;
    private final long timeoutNanos;
    private final String name;
    private Exchange exchange;
    private long position;
    private byte[] piece = new byte[0];
    private int at;
    private int failed;
    private boolean ended;
    private boolean closed;

    RemoteInput(String place, RemoteLink link, long timeoutNanos, String name, long offset) {
        this.place = place;
        this.link = link;
        this.timeoutNanos = timeoutNanos;
        this.name = name;
        this.position = offset;
        this.exchange = open(offset);
        fill(); // what is absent is said now
    }

    private Exchange open(long from) {
        Exchange opened =
                new Exchange(place, name, call -> new Read(call, name, from), OfferSession.WINDOW, timeoutNanos);
        link.begin(opened);
        return opened;
    }

    /** The next piece, or the end. */
    private void fill() {
        while (!ended && at == piece.length) {
            try {
                OfferFrame answer = exchange.next();
                if (answer instanceof Data data) {
                    piece = data.bytes();
                    at = 0;
                    failed = 0;
                    link.credit(exchange, piece.length);
                } else if (answer instanceof End) {
                    ended = true;
                } else {
                    throw exchange.failure(
                            Reason.FAILED, "it answered " + answer.getClass().getSimpleName(), null);
                }
            } catch (BackupRepositoryException broken) {
                link.forget(exchange);
                if (broken.reason() != Reason.UNAVAILABLE || position == 0 || ++failed > REOPENED) {
                    throw broken;
                }
                exchange = open(position);
            }
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        fill();
        if (ended && at == piece.length) {
            return -1;
        }
        int taken = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, bytes, offset, taken);
        at += taken;
        position += taken;
        return taken;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            link.forget(exchange);
        }
    }
}
