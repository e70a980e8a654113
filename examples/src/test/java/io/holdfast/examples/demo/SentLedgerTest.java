package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SentLedgerTest {
    private final Path directory;

    SentLedgerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void whatWasWrittenIsReadAgain() throws Exception {
        Path file = directory.resolve("ledger");
        try (SentLedger ledger = SentLedger.create(file)) {
            for (int i = 0; i < 50_000; i++) {
                ledger.beforeLeaving(i);
                if (i % 1000 == 7) {
                    ledger.unknown(i);
                } else if (i % 1000 == 8) {
                    ledger.refused(i);
                } else {
                    ledger.acknowledged(i);
                }
            }
            ledger.end(50_000);
            assertEquals(49_900, ledger.forcedAcknowledged());
            assertEquals(50, ledger.forcedUnknown());
        }
        LedgerContents contents = LedgerContents.read(file);
        assertTrue(contents.complete());
        assertEquals(50_000, contents.sent());
        assertEquals(49_900, contents.acknowledged().cardinality());
        assertEquals(50, contents.unknown().cardinality());
        assertEquals(50, contents.refused().cardinality());
        assertTrue(contents.refused().get(8) && !contents.acknowledged().get(8));
        assertTrue(contents.unknown().get(7) && !contents.acknowledged().get(7));
    }

    @Test
    void noLineLeavesBeforeTheDiskSaysThatItMayHaveLeft() throws Exception {
        Path file = directory.resolve("ledger");
        try (SentLedger ledger = SentLedger.create(file)) {
            for (long number : new long[] {0, 5, 20_000, 70_000}) {
                ledger.beforeLeaving(number);
                assertTrue(LedgerContents.read(file).sent() > number, "line " + number);
            }
        }
        assertFalse(LedgerContents.read(file).complete());
    }

    @Test
    void aTornTailEndsTheBookAndABrokenRecordToo() throws Exception {
        Path file = directory.resolve("ledger");
        ByteBuffer bytes = ByteBuffer.allocate(SentLedger.HEADER_BYTES + 3 * SentLedger.RECORD_BYTES)
                .putInt(SentLedger.MAGIC)
                .putInt(SentLedger.VERSION);
        SentLedger.put(bytes, SentLedger.SENDING, 0, 100);
        SentLedger.put(bytes, SentLedger.ACKNOWLEDGED, 0, 10);
        SentLedger.put(bytes, SentLedger.ACKNOWLEDGED, 10, 20);
        BitSet ten = new BitSet();
        ten.set(0, 10);
        byte[] whole = bytes.array();
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertEquals(new LedgerContents(100, false, ten, new BitSet(), new BitSet()), LedgerContents.read(file));
        whole[whole.length - 8] ^= 1;
        Files.write(file, whole);
        assertEquals(new LedgerContents(100, false, ten, new BitSet(), new BitSet()), LedgerContents.read(file));
        whole[0] ^= 1;
        Files.write(file, whole);
        assertThrows(IOException.class, () -> LedgerContents.read(file));
    }

    @Test
    void theFormatIsThis() {
        ByteBuffer bytes = ByteBuffer.allocate(SentLedger.RECORD_BYTES);
        SentLedger.put(bytes, SentLedger.ACKNOWLEDGED, 3, 258);
        assertEquals(
                "02" + "0000000000000003" + "0000000000000102", HexFormat.of().formatHex(bytes.array(), 0, 17));
    }
}
