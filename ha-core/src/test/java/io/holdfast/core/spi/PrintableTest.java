package io.holdfast.core.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    private static String of(String text) {
        return Printable.of(text, 1_000);
    }

    @Test
    void whatCouldForgeALineOrCommandATerminalIsNotPrinted() {
        for (int c = 0; c < ' '; c++) {
            assertEquals("a?b", of("a" + (char) c + "b"), "U+" + Integer.toHexString(c));
        }
        for (int c = 0x7F; c < 0xA0; c++) {
            assertEquals("a?b", of("a" + (char) c + "b"), "U+" + Integer.toHexString(c));
        }
        for (String range :
                new String[] {"\u2028\u2029", "\u202a\u202e", "\u2066\u2069", "\u200e\u200f", "\u061c\u061c"}) {
            for (char c = range.charAt(0); c <= range.charAt(1); c++) {
                assertEquals("a?b", of("a" + c + "b"), "U+" + Integer.toHexString(c));
            }
        }
        assertEquals("a?b", of("a\ud83db"), "half a character");
    }

    @Test
    void whatPeopleWriteStays() {
        String text = "caf\u00e9 \u4e2d\u6587 \ud83d\ude00 \u0645 <a \"b\" & c>";
        assertEquals(text, of(text));
    }

    @Test
    void itHasABound() {
        assertEquals("abc", Printable.of("abcdef", 3));
        assertEquals("ab", Printable.of("ab\ud83d\ude00", 3), "no half character at the end");
        assertEquals("ab\ud83d\ude00", Printable.of("ab\ud83d\ude00c", 4));
    }

    @Test
    void nobodyWhoIsThrownOutWritesTheLog() {
        assertEquals(
                "the id \"a?FATAL\" is none", new MalformedFrameException("the id \"a\nFATAL\" is none").getMessage());
    }
}
