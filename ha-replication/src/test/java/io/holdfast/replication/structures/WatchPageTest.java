package io.holdfast.replication.structures;

import static io.holdfast.replication.structures.MapCommandsTest.bytes;
import static io.holdfast.replication.structures.MapCommandsTest.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchPageTest {
    private static final ByteBuffer M = ByteBuffer.wrap(bytes("m"));
    private static final ByteBuffer OTHER = ByteBuffer.wrap(bytes("o"));

    private final ChangeRing ring = new ChangeRing();

    private static WatchQuestion from(long index, int skip, int maxBytes) {
        return new WatchQuestion(M, index, skip, maxBytes, 0);
    }

    private void put(ByteBuffer map, long index, String key) {
        ring.changed(new MapChange(index, MapChange.PUT, map, bytes(key), bytes("v")));
    }

    private WatchPage page(WatchQuestion question, long applied) {
        byte[] page = WatchPage.of(ring, question, applied);
        assertNotNull(page);
        return WatchPage.read(page);
    }

    private static List<String> keys(WatchPage page) {
        return page.changes().stream()
                .map(event -> new String(event.key(), StandardCharsets.UTF_8) + (event.last() ? "." : ""))
                .toList();
    }

    @Test
    void goldenBytes() {
        WatchQuestion question = new WatchQuestion(M, 258, 3, 65_536, 1_000);
        assertEquals(
                "016d" + "0000000000000102" + "00000003" + "00010000" + "000003e8",
                HexFormat.of().formatHex(question.encode()));
        assertEquals(question, WatchQuestion.read(question.encode()));
        ring.changed(new MapChange(7, MapChange.PUT, M, bytes("k"), bytes("12")));
        ring.changed(new MapChange(7, MapChange.REMOVED, M, bytes("k"), bytes("")));
        ring.changed(new MapChange(8, MapChange.EXPIRED, M, bytes("l"), bytes("")));
        ring.changed(new MapChange(9, MapChange.CLEARED, M, bytes(""), bytes("")));
        byte[] page = WatchPage.of(ring, from(1, 0, 1_000), 10);
        assertEquals(
                ("01 000000000000000b 00000000" + "01 00 0000000000000007 00000001 6b 00000002 3132"
                                + "02 01 0000000000000007 00000001 6b" + "03 01 0000000000000008 00000001 6c"
                                + "04 01 0000000000000009")
                        .replace(" ", ""),
                HexFormat.of().formatHex(page));
        ring.startAfter(257);
        assertEquals(
                "00" + "0000000000000102" + "00000000",
                HexFormat.of().formatHex(WatchPage.of(ring, from(1, 0, 1_000), 257)));
        assertEquals(
                "01" + "0000000000000102" + "00000000",
                HexFormat.of().formatHex(WatchPage.none(from(1, 0, 1_000), 257)));
    }

    @Test
    void itHoldsTheMapsChangesFromTheIndexOnAndGoesOnBehindWhatIsApplied() {
        put(M, 3, "a");
        put(OTHER, 4, "x");
        put(M, 5, "b");
        put(OTHER, 5, "y");
        put(M, 5, "c");
        put(M, 9, "d");
        WatchPage all = page(from(1, 0, 1_000), 20);
        assertEquals(List.of("a.", "b", "c.", "d."), keys(all));
        assertEquals(21, all.nextIndex());
        assertEquals(0, all.nextSkip());
        assertFalse(all.tooOld());
        assertEquals(List.of("b", "c.", "d."), keys(page(from(4, 0, 1_000), 20)));
        assertEquals(List.of("c.", "d."), keys(page(from(5, 1, 1_000), 20)));
        assertNull(WatchPage.of(ring, from(10, 0, 1_000), 20));
        WatchPage none = WatchPage.read(WatchPage.none(from(10, 0, 1_000), 20));
        assertEquals(21, none.nextIndex());
    }

    /** A node that is behind, or in the midst of an entry. */
    @Test
    void whatIsNotAppliedIsNotSeen() {
        put(M, 3, "a");
        put(M, 5, "b");
        assertEquals(List.of("a."), keys(page(from(1, 0, 1_000), 4)));
        assertEquals(5, page(from(1, 0, 1_000), 4).nextIndex());
        assertNull(WatchPage.of(ring, from(4, 0, 1_000), 4));
        WatchPage ahead = WatchPage.read(WatchPage.none(from(50, 7, 1_000), 4));
        assertEquals(50, ahead.nextIndex(), "it never goes back");
        assertEquals(7, ahead.nextSkip());
    }

    @Test
    void whatIsForgottenIsSaidToBe() {
        ring.startAfter(10);
        assertTrue(page(from(10, 0, 1_000), 12).tooOld());
        assertEquals(11, page(from(10, 0, 1_000), 12).nextIndex());
        assertNull(WatchPage.of(ring, from(11, 0, 1_000), 12));
    }

    /** In pages of any size, also within an entry, and with a lagging node between: all, once, in order. */
    @Test
    void pagesJoinWithoutGapOrRepetition() {
        Random random = new Random(8);
        List<String> expected = new ArrayList<>();
        long index = 1;
        for (int i = 0; i < 4_000; i++) {
            index += random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
            boolean mine = random.nextInt(3) > 0;
            put(mine ? M : OTHER, index, "k" + i);
            if (mine) {
                expected.add(index + " k" + i);
            }
        }
        for (int round = 0; round < 20; round++) {
            List<String> seen = new ArrayList<>();
            long next = 1;
            int skip = 0;
            long lastOne = 0;
            while (next <= index) {
                long applied = Math.max(0, index - (random.nextInt(3) == 0 ? random.nextInt(2_000) : 0));
                WatchQuestion question = from(next, skip, 1 + random.nextInt(300));
                byte[] answer = WatchPage.of(ring, question, applied);
                WatchPage page = WatchPage.read(answer == null ? WatchPage.none(question, applied) : answer);
                for (WatchPage.Event event : page.changes()) {
                    seen.add(event.index() + " " + new String(event.key(), StandardCharsets.UTF_8));
                    assertTrue(event.index() > lastOne, "after the last one of an index comes another index");
                    lastOne = event.last() ? event.index() : lastOne;
                }
                assertTrue(page.nextIndex() >= next);
                next = page.nextIndex();
                skip = page.nextSkip();
            }
            assertEquals(expected, seen);
        }
    }

    @Test
    void aPageHasALimitOfItsOwnAndAlwaysOneChange() {
        for (int i = 1; i <= 5; i++) {
            ring.changed(new MapChange(i, MapChange.PUT, M, bytes("k"), new byte[100_000]));
        }
        assertEquals(2, page(from(1, 0, Integer.MAX_VALUE), 9).changes().size());
        assertEquals(3, page(from(1, 0, Integer.MAX_VALUE), 9).nextIndex());
        ring.changed(new MapChange(6, MapChange.PUT, M, bytes("k"), new byte[1 << 20]));
        assertEquals(1, page(from(6, 0, 1), 9).changes().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "016d",
                "016d 0000000000000000 00000000 00000001 00000000",
                "016d 0000000000000001 ffffffff 00000001 00000000",
                "016d 0000000000000001 00000000 00000000 00000000",
                "016d 0000000000000001 00000000 00000001 ffffffff",
                "016d 0000000000000001 00000000 00000001 00000000 00"
            })
    void whatIsNoQuestionIsRefused(String hex) {
        assertThrows(IllegalArgumentException.class, () -> WatchQuestion.read(hex(hex)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02",
                "01 0000000000000000 00000000",
                "01 0000000000000001 ffffffff",
                "01 0000000000000001 00000000 05 01 0000000000000001",
                "01 0000000000000001 00000000 04 02 0000000000000001",
                "01 0000000000000001 00000000 02 01 0000000000000001 00000002 6b",
                "01 0000000000000001 00000000 01 01 0000000000000001 00000001 6b 7fffffff"
            })
    void whatIsNoPageIsRefused(String hex) {
        assertThrows(IllegalStateException.class, () -> WatchPage.read(hex(hex)));
    }
}
