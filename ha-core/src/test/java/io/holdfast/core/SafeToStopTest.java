package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the answers of several features come to. */
class SafeToStopTest {
    private final SafeToStop yes = SafeToStop.yes("n", "fine");
    private final SafeToStop no = SafeToStop.no("n", "busy");
    private final SafeToStop ask = SafeToStop.ask("n", "m", "ask m");

    @Test
    void oneNoIsEnough() {
        assertTrue(yes.and(yes).safe());
        assertEquals(no, yes.and(no));
        assertEquals(no, no.and(yes));
    }

    @Test
    void nobodyIsAskedInPlaceOfWhoSaysNo() {
        assertEquals(new SafeToStop("n", false, List.of("busy", "ask m"), ""), no.and(ask));
        assertEquals(new SafeToStop("n", false, List.of("ask m", "busy"), ""), ask.and(no));
        assertEquals("", no.and(ask).and(ask).askNode());
    }

    @Test
    void whoCannotTellIsAskedFor() {
        assertEquals(ask, yes.and(ask));
        assertEquals("m", ask.and(ask).askNode());
        SafeToStop other = SafeToStop.ask("n", "k", "ask k");
        assertEquals("", ask.and(other).askNode(), "no single node can tell");
        assertFalse(ask.and(other).safe());
    }
}
