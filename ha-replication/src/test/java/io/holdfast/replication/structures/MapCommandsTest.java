package io.holdfast.replication.structures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of docs/formats.md. A log on disk holds them, so they may never change. */
class MapCommandsTest {
    private static final byte[] M = bytes("m");
    private static final byte[] K = bytes("k");

    @Test
    void goldenCommands() {
        assertBytes("01 016d 00000001 6b 31", MapCommands.put(M, K, bytes("1")));
        assertBytes("01 016d 00000000", MapCommands.put(M, bytes(""), bytes("")));
        assertBytes("02 016d 00000001 6b 31", MapCommands.getAndPut(M, K, bytes("1")));
        assertBytes("03 016d 00000001 6b 31", MapCommands.putIfAbsent(M, K, bytes("1")));
        assertBytes("04 016d 00000001 6b 31", MapCommands.replace(M, K, bytes("1")));
        assertBytes(
                "05 016d 00000001 6b 01 00000002 3132 01 33", MapCommands.compareAndSet(M, K, bytes("12"), bytes("3")));
        assertBytes("05 016d 00000001 6b 00 01 33", MapCommands.compareAndSet(M, K, null, bytes("3")));
        assertBytes("05 016d 00000001 6b 01 00000000 00", MapCommands.compareAndSet(M, K, bytes(""), null));
        assertBytes("05 016d 00000001 6b 00 00", MapCommands.compareAndSet(M, K, null, null));
        assertBytes("06 016d 6b", MapCommands.remove(M, K));
        assertBytes("07 016d 6b", MapCommands.getAndRemove(M, K));
        assertBytes("08 016d", MapCommands.clear(M));
        assertBytes("09 016d 00000001 6b ffffffffffffffff", MapCommands.add(M, K, -1));
        assertBytes("0b 016d 00000000000f4240 00000001 6b 31", MapCommands.putExpiring(M, K, bytes("1"), 1_000_000));
        BatchCommand batch = new BatchCommand(1_000);
        batch.clear();
        batch.put(K, bytes("12"));
        batch.remove(bytes("l"));
        batch.putExpiring(K, bytes("1"), 1_000_000);
        assertBytes(
                "0a 016d 08 01 00000001 6b 00000002 3132 06 00000001 6c"
                        + "0b 00000000000f4240 00000001 6b 00000001 31",
                batch.of(M));
    }

    @Test
    void goldenRequests() {
        assertBytes("40 016d 6b", MapCommands.get(M, K));
        assertBytes("41 016d", MapCommands.size(M));
        assertBytes("43 016d", MapCommands.position(M));
        assertBytes("42 016d 00000001 6b 00000010 00010000 00", MapCommands.scan(M, K, null, 16, 65_536));
        assertBytes("42 016d 00000000 00000001 00000002 01 6b32", MapCommands.scan(M, bytes(""), bytes("k2"), 1, 2));
    }

    @Test
    void goldenAnswers() {
        assertNull(MapCommands.optional(hex("00")));
        assertArrayEquals(bytes(""), MapCommands.optional(hex("01")));
        assertArrayEquals(bytes("12"), MapCommands.optional(hex("01 3132")));
        assertTrue(MapCommands.flag(hex("01")));
        assertFalse(MapCommands.flag(hex("00")));
        assertEquals(258, MapCommands.number(hex("0000000000000102")));
        List<String> read = new ArrayList<>();
        assertTrue(MapCommands.page(
                hex("01 00000001 6b 00000000 00000002 6b32 00000001 33"),
                (key, value) -> read.add(
                        new String(key, StandardCharsets.UTF_8) + "=" + new String(value, StandardCharsets.UTF_8))));
        assertEquals(List.of("k=", "k2=3"), read);
        assertFalse(MapCommands.page(hex("00"), (key, value) -> read.add("none")));
        assertEquals(2, read.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02", "0000", "ff31"})
    void refusesAnswersThatAreNoOptional(String answer) {
        assertThrows(IllegalStateException.class, () -> MapCommands.optional(hex(answer)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "02", "0000"})
    void refusesAnswersThatAreNoFlagAndNoNumber(String answer) {
        assertThrows(IllegalStateException.class, () -> MapCommands.flag(hex(answer)));
        assertThrows(IllegalStateException.class, () -> MapCommands.number(hex(answer)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "02", "01", "00 000000", "00 00000001", "00 7fffffff 6b", "00 ffffffff", "00 00000001 6b"})
    void refusesAnswersThatAreNoPage(String answer) {
        assertThrows(
                IllegalStateException.class,
                () -> MapCommands.page(hex(answer), (key, value) -> {
                    throw new AssertionError("an entry of a page that is malformed");
                }));
    }

    @Test
    void refusesNamesThatDoNotFit() {
        assertThrows(IllegalArgumentException.class, () -> MapCommands.size(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> MapCommands.size(new byte[256]));
        assertEquals(257, MapCommands.size(new byte[255]).length);
    }

    static byte[] hex(String spaced) {
        return HexFormat.of().parseHex(spaced.replace(" ", ""));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertBytes(String hex, byte[] bytes) {
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(bytes));
    }
}
