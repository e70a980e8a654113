package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    private static final String HEX = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final byte[] BYTES = HexFormat.of().parseHex(HEX);
    private static final String OTHER = "f".repeat(64);

    @Test
    void hexAndBase64AreTheSame() {
        KeyRing hex = KeyRing.of(HEX);
        assertEquals(hex, KeyRing.of(Base64.getEncoder().encodeToString(BYTES)));
        assertEquals(hex, KeyRing.of("  " + HEX.toUpperCase(Locale.ROOT) + "\n"));
        assertEquals(hex.hashCode(), KeyRing.of(HEX).hashCode());
        assertArrayEquals(BYTES, hex.key(0));
        hex.key(0)[0] = 99;
        assertArrayEquals(BYTES, hex.key(0), "a copy");
        assertNotEquals(hex, KeyRing.of(OTHER));
        assertNotEquals(KeyRing.of(HEX, OTHER), KeyRing.of(OTHER, HEX), "which one seals is part of it");
    }

    @Test
    void theIdOfAKeyStays() {
        assertEquals(List.of(golden()), KeyRing.of(HEX).ids());
        assertEquals(
                List.of(golden(), KeyRing.of(OTHER).ids().get(0)),
                KeyRing.of(HEX, OTHER).ids());
    }

    private static String golden() {
        return "29290961";
    }

    @Test
    void noKeyIsEverPrinted() {
        KeyRing ring = KeyRing.of(HEX);
        assertEquals("keys " + golden() + " (the first one seals)", ring.toString());
        for (String wrong :
                List.of(HEX + "00", HEX.substring(2), HEX.replace('a', 'x'), "secret", OTHER.replace('f', 'ä'))) {
            String message = assertThrows(IllegalArgumentException.class, () -> KeyRing.of(OTHER, wrong))
                    .getMessage();
            assertTrue(message.startsWith("key 2 is neither"), message);
            assertFalse(message.contains(wrong.substring(0, 6)), message);
        }
    }

    @Test
    void oneToEightDifferentKeys() {
        assertThrows(IllegalArgumentException.class, () -> KeyRing.of());
        assertThrows(IllegalArgumentException.class, () -> KeyRing.of(HEX, OTHER, HEX));
        assertThrows(IllegalArgumentException.class, () -> KeyRing.of("0".repeat(64)));
        List<String> nine =
                IntStream.rangeClosed(1, 9).mapToObj(i -> ("" + i).repeat(64)).toList();
        assertEquals(8, KeyRing.of(nine.subList(0, 8)).size());
        assertThrows(IllegalArgumentException.class, () -> KeyRing.of(nine));
    }

    @Test
    void keysInAFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("keys");
        KeyRing.Source source = KeyRing.inFile(file);
        assertTrue(assertThrows(IOException.class, source::read).getMessage().contains(file.toString()));
        Files.writeString(file, "# of the shop, since March\n\n  " + HEX + "  \r\n" + OTHER + "\n");
        assertEquals(KeyRing.of(HEX, OTHER), source.read());
        Files.writeString(file, "# none\n");
        assertThrows(IOException.class, source::read);
        Files.writeString(file, HEX + "\nnonsense\n");
        String message = assertThrows(IOException.class, source::read).getMessage();
        assertTrue(message.contains(file.toString()) && message.contains("key 2"), message);
        Files.writeString(file, "#".repeat(70_000));
        assertThrows(IOException.class, source::read);
        assertEquals(KeyRing.of(HEX), KeyRing.of(HEX).always().read());
        assertFalse(KeyRing.of(HEX).always().toString().contains(HEX));
    }
}
