package io.holdfast.backup.logical;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.StateContents.Entry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The lines of docs/formats.md. Backups hold them, so they may never change. */
class LinesTest {
    private static final Header ALL =
            new Header("shop", "9d0f.0", 42, 7, 1_796_000_000_000L, List.of(), new byte[0], false, null, "");

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] goldenLines() throws IOException {
        Header header = new Header(
                "shop",
                "9d0f.0",
                42,
                7,
                1_796_000_000_000L,
                List.of("carts", "orders"),
                bytes("o-"),
                false,
                new Header.Changes(17, 1_795_000_000_000L, List.of(bytes("carts"))),
                "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter lines = new LineWriter(out, header);
        lines.removal(bytes("orders"), bytes("o-3"));
        lines.entry(new Entry(bytes("carts"), bytes("o-1"), bytes("{\"total\": 1.50}\n"), 0));
        lines.entry(new Entry(bytes("orders"), bytes("o-é"), new byte[] {(byte) 0x80, 0, 17}, 1_500_001));
        lines.entry(new Entry(bytes("orders"), new byte[] {(byte) 0xff}, new byte[0], 0));
        lines.end();
        return out.toByteArray();
    }

    @Test
    void golden() throws IOException {
        String expected = """
                {"format":"holdfast-logical-1","cluster":"shop","log":"9d0f.0","index":42,"term":7,"wallMillis":1796000000000,"maps":["carts","orders"],"prefix":"o-","changes":{"afterIndex":17,"afterMillis":1795000000000,"wholeMaps":["carts"]}}
                {"map":"orders","key":"o-3","removed":true}
                {"map":"carts","key":"o-1","value":"{\\"total\\": 1.50}\\n"}
                {"map":"orders","key":"o-é","value":{"base64":"gAAR"},"leftMillis":2}
                {"map":"orders","key":{"base64":"/w=="},"value":""}
                """;
        String written = new String(goldenLines(), UTF_8);
        int end = written.lastIndexOf('\n', written.length() - 2) + 1;
        assertEquals(expected, written.substring(0, end));
        String last = written.substring(end);
        assertTrue(last.matches("\\{\"sha256\":\"[0-9a-f]{64}\",\"end\":\\{\"entries\":3,\"removals\":1}}\n"), last);
    }

    @Test
    void goldenLinesAreRead() throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream(goldenLines()));
        Header.Changes changes = Objects.requireNonNull(reader.header().changes());
        assertEquals("9d0f.0", reader.header().logId());
        assertEquals(42, reader.header().index());
        assertEquals(List.of("carts", "orders"), reader.header().maps());
        assertArrayEquals(bytes("o-"), reader.header().prefix());
        assertEquals(17, changes.afterIndex());
        assertArrayEquals(bytes("carts"), changes.wholeMaps().get(0));
        Line removal = there(reader.next());
        assertNull(removal.value());
        assertArrayEquals(bytes("o-3"), removal.key());
        assertArrayEquals(bytes("{\"total\": 1.50}\n"), there(reader.next()).value());
        Line expiring = there(reader.next());
        assertArrayEquals(new byte[] {(byte) 0x80, 0, 17}, expiring.value());
        assertEquals(2, expiring.leftMillis(), "a time that is left is never told as less than it is");
        assertArrayEquals(new byte[] {(byte) 0xff}, there(reader.next()).key());
        assertNull(reader.next());
    }

    private static Line there(@Nullable Line line) {
        return Objects.requireNonNull(line);
    }

    /** Bytes at random, texts at random, and both mixed. */
    private static byte[] arbitrary(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int left = random.nextInt(5); left > 0; left--) {
            if (random.nextInt(4) == 0) {
                byte[] some = new byte[random.nextInt(40)];
                random.nextBytes(some);
                out.writeBytes(some);
            } else {
                int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
                boolean half = point >= 0xd800 && point < 0xe000;
                out.writeBytes(bytes(Character.toString(half ? 0xfeff : point).repeat(random.nextInt(30))));
            }
        }
        return out.toByteArray();
    }

    @Test
    void anyBytesComeBackAsTheyWere() throws IOException {
        Random random = new Random(7);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            entries.add(new Entry(
                    arbitrary(random),
                    arbitrary(random),
                    arbitrary(random),
                    random.nextBoolean() ? 0 : 1_000_000L * random.nextInt(1_000_000)));
        }
        byte[] beyondOnePiece = new byte[Bytes.PIECE_BYTES + 1];
        random.nextBytes(beyondOnePiece);
        byte[] longText = new byte[Bytes.PIECE_BYTES + 2];
        Arrays.fill(longText, (byte) 'a');
        entries.add(new Entry(bytes("m"), bytes("long"), beyondOnePiece, 0));
        entries.add(new Entry(bytes("m"), bytes("longer"), longText, 0));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter lines = new LineWriter(out, ALL);
        for (Entry entry : entries) {
            lines.entry(entry);
        }
        lines.end();
        LineReader reader = new LineReader(new ByteArrayInputStream(out.toByteArray()));
        for (Entry entry : entries) {
            Line line = there(reader.next());
            assertArrayEquals(entry.map(), line.map());
            assertArrayEquals(entry.key(), line.key());
            assertArrayEquals(entry.value(), line.value());
            assertEquals(entry.leftNanos(), 1_000_000 * line.leftMillis());
        }
        assertNull(reader.next());
    }

    private static void readAll(byte[] lines) throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream(lines));
        while (reader.next() != null) {}
    }

    @Test
    void whatIsCutShortAnywhereIsRefused() throws IOException {
        byte[] good = goldenLines();
        readAll(good);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(EOFException.class, () -> readAll(cut), "length " + length);
        }
    }

    @Test
    void aFlippedBitAnywhereIsRefused() throws IOException {
        byte[] good = goldenLines();
        int named = 0;
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            int where = at;
            IOException refused = assertThrows(IOException.class, () -> readAll(bad), "byte " + where);
            named += String.valueOf(refused.getMessage()).contains("line ") ? 1 : 0;
        }
        assertEquals(good.length, named, "each names the line");
    }

    @Test
    void linesThatWereAddedOrTakenAwayAreRefused() throws IOException {
        List<String> good = new String(goldenLines(), UTF_8).lines().toList();
        for (int i = 1; i < good.size() - 1; i++) {
            List<String> without = new ArrayList<>(good);
            without.remove(i);
            assertThrows(IOException.class, () -> readAll(bytes(String.join("\n", without) + "\n")));
            List<String> twice = new ArrayList<>(good);
            twice.add(i, good.get(i));
            assertThrows(IOException.class, () -> readAll(bytes(String.join("\n", twice) + "\n")));
        }
        assertThrows(IOException.class, () -> readAll(bytes(String.join("\n", good) + "\n\n")));
    }

    @Test
    void aLaterFormatSaysSo() {
        IOException refused = assertThrows(
                IOException.class, () -> readAll(bytes("{\"format\":\"holdfast-logical-2\",\"index\":1}\n")));
        assertTrue(String.valueOf(refused.getMessage()).contains("use the release that wrote it"), refused.toString());
    }
}
