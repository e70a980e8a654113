package io.holdfast.backup.remote;

import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.End;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** Sends an object's bytes, waiting for room at the other end. Failures are the repository's, not {@code IOException}s, which are the content's. */
final class RemoteOutput extends OutputStream {
    private final Exchange exchange;
    private final RemoteLink link;
    private final byte[] buffer = new byte[OfferCodec.MOST_DATA];
    private int filled;
    private long sent;

    RemoteOutput(Exchange exchange, RemoteLink link) {
        this.exchange = exchange;
        this.link = link;
    }

    @Override
    public void write(int b) {
        if (filled == buffer.length) {
            drain();
        }
        buffer[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int done = 0;
        while (done < length) {
            if (filled == buffer.length) {
                drain();
            }
            int piece = Math.min(buffer.length - filled, length - done);
            System.arraycopy(bytes, offset + done, buffer, filled, piece);
            filled += piece;
            done += piece;
        }
    }

    private void drain() {
        int gone = 0;
        while (gone < filled) {
            int piece = exchange.takeCredit(filled - gone);
            byte[] bytes = Arrays.copyOfRange(buffer, gone, gone + piece);
            link.send(exchange, call -> new Data(call, bytes));
            gone += piece;
            sent += piece;
        }
        filled = 0;
    }

    /** How many bytes have been written. */
    long written() {
        return sent + filled;
    }

    /** All of it has been written. */
    void finish() {
        drain();
        long total = sent;
        link.send(exchange, call -> new End(call, total));
    }
}
