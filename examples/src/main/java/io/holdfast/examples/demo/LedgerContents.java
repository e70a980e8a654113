package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * What a {@link SentLedger} says when it is read again.
 *
 * @param sent how many lines were sent; without the end mark, how many may have been
 * @param complete true if the end mark is there
 * @param acknowledged the numbers of the acknowledged lines
 * @param unknown the numbers of those whose fate the client does not know
 * @param refused the numbers of those that were certainly not written
 */
record LedgerContents(long sent, boolean complete, BitSet acknowledged, BitSet unknown, BitSet refused) {

    /** Reads a ledger up to its end, or up to where it is torn. */
    static LedgerContents read(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        if (bytes.remaining() < SentLedger.HEADER_BYTES
                || bytes.getInt() != SentLedger.MAGIC
                || bytes.getInt() != SentLedger.VERSION) {
            throw new IOException(path + " is no ledger of version " + SentLedger.VERSION);
        }
        long sent = 0;
        boolean complete = false;
        BitSet acknowledged = new BitSet();
        BitSet unknown = new BitSet();
        BitSet refused = new BitSet();
        while (!complete && bytes.remaining() >= SentLedger.RECORD_BYTES) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.array(), bytes.position(), SentLedger.RECORD_BYTES - Integer.BYTES);
            byte type = bytes.get();
            long from = bytes.getLong();
            long to = bytes.getLong();
            if (bytes.getInt() != (int) crc.getValue()) {
                break;
            }
            if (from < 0 || to < from || to > Integer.MAX_VALUE) {
                throw new IOException(path + " holds the impossible range " + from + " to " + to);
            }
            switch (type) {
                case SentLedger.SENDING -> sent = to;
                case SentLedger.ACKNOWLEDGED -> acknowledged.set((int) from, (int) to);
                case SentLedger.UNKNOWN -> unknown.set((int) from, (int) to);
                case SentLedger.REFUSED -> refused.set((int) from, (int) to);
                case SentLedger.END -> {
                    sent = to;
                    complete = true;
                }
                default -> throw new IOException(path + " holds a record of the unknown type " + type);
            }
        }
        return new LedgerContents(sent, complete, acknowledged, unknown, refused);
    }
}
