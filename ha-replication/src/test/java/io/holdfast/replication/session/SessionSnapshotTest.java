package io.holdfast.replication.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.session.Session.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSnapshotTest {

    private static byte[] bytes(SessionTable table) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.snapshot().writeTo(out);
        return out.toByteArray();
    }

    private static SessionTable restored(byte[] bytes) throws IOException {
        SessionTable table = new SessionTable();
        table.open(999_999, 0); // which must be gone afterwards
        table.restore(SessionSnapshot.read(SessionSnapshot.VERSION, new ByteArrayInputStream(bytes)));
        return table;
    }

    /** What a table says to a step; two tables that are the same say the same. */
    private static String step(SessionTable table, Random random, long now) {
        long id = 1L + random.nextInt(12);
        int what = random.nextInt(20);
        long below = random.nextInt(40);
        table.expire(now);
        if (what == 0) {
            table.close(id);
            return "";
        }
        Session session = table.touch(id, below, now);
        if (session == null) {
            return "none " + (what < 8 && table.open(id, now));
        }
        long sequence = 1L + random.nextInt(60);
        Verdict verdict = session.command(sequence);
        switch (verdict) {
            case FRESH ->
                session.complete(sequence, sequence % 5 == 0 ? Outcome.FAILED : Outcome.APPLIED, new byte[] {
                    (byte) sequence, (byte) id
                });
            case ANSWERED -> {
                return verdict + " " + session.outcome(sequence) + Arrays.toString(session.answer(sequence));
            }
            default -> {}
        }
        return verdict.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aRestoredTableGoesOnAsTheOriginalDoes(long seed) throws IOException {
        Random random = new Random(seed);
        SessionTable table = new SessionTable();
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(100) == 0 ? SessionTable.TTL_NANOS / 3 : 1;
            step(table, random, now);
        }
        byte[] bytes = bytes(table);
        SessionTable other = restored(bytes);
        assertArrayEquals(bytes, bytes(other));
        assertEquals(table.size(), other.size());
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(100) == 0 ? SessionTable.TTL_NANOS / 3 : 1;
            long next = random.nextLong();
            assertEquals(step(table, new Random(next), now), step(other, new Random(next), now), "step " + i);
        }
        assertArrayEquals(bytes(table), bytes(other));
    }

    @Test
    void anEmptyTableIsATable() throws IOException {
        SessionTable table = restored(bytes(new SessionTable()));
        assertEquals(0, table.size());
        assertNull(table.touch(999_999, 0, 0));
    }

    @Test
    void aSessionWithAsManyAnswersAsThereMayBeIsRestored() throws IOException {
        SessionTable table = new SessionTable();
        table.open(7, 0);
        Session session = Objects.requireNonNull(table.touch(7, 0, 0));
        for (long sequence = 1; sequence <= SessionTable.MAX_ANSWERS + 10; sequence++) {
            session.command(sequence);
            session.complete(sequence, Outcome.APPLIED, new byte[] {(byte) sequence});
        }
        Session same = Objects.requireNonNull(restored(bytes(table)).touch(7, 0, 0));
        assertEquals(Verdict.DROPPED, same.command(10));
        assertEquals(Verdict.ANSWERED, same.command(11));
        assertArrayEquals(new byte[] {11}, same.answer(11));
        assertEquals(Verdict.FRESH, same.command(SessionTable.MAX_ANSWERS + 11));
    }

    @Test
    void whatAMachineIsStillAtCannotBeWritten() {
        SessionTable table = new SessionTable();
        table.open(7, 0);
        Objects.requireNonNull(table.touch(7, 0, 0)).command(1);
        assertThrows(NullPointerException.class, table::snapshot);
    }

    @Test
    void whatIsCutShortOrTooLongOrOfAnotherFormatIsRefused() throws IOException {
        SessionTable table = new SessionTable();
        table.open(7, 0);
        Session session = Objects.requireNonNull(table.touch(7, 0, 0));
        session.command(1);
        session.complete(1, Outcome.FAILED, new byte[] {1, 2, 3});
        byte[] good = bytes(table);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(IOException.class, () -> restored(cut), "length " + length);
        }
        assertThrows(IOException.class, () -> restored(Arrays.copyOf(good, good.length + 1)));
        byte[] many = good.clone();
        many[0] = 0x7F;
        assertTrue(assertThrows(IOException.class, () -> restored(many))
                .getMessage()
                .contains("sessions"));
        byte[] outcome = good.clone();
        outcome[32] = 3;
        assertTrue(assertThrows(IOException.class, () -> restored(outcome))
                .getMessage()
                .contains("code 3"));
        IOException format =
                assertThrows(IOException.class, () -> SessionSnapshot.read(2, new ByteArrayInputStream(good)));
        assertTrue(format.getMessage().contains("format 2"), format.getMessage());
    }
}
