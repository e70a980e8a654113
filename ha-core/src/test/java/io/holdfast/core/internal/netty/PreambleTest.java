package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.runtime.Transport.Refusal;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PreambleTest {
    @Test
    void goldenBytes() {
        assertEquals("4846535401000000", ByteBufUtil.hexDump(Preamble.of(false)));
        assertEquals("4846535401010000", ByteBufUtil.hexDump(Preamble.of(true)));
    }

    @Test
    void plainAndTlsExcludeEachOther() {
        for (boolean tls : new boolean[] {false, true}) {
            Preamble same = new Preamble(tls);
            assertNull(same.check(Preamble.of(tls)));
            assertTrue(same.complete());
            Preamble.Problem problem = new Preamble(tls).check(Preamble.of(!tls));
            assertNotNull(problem);
            assertEquals(tls ? Refusal.PLAIN_TEXT : Refusal.TLS_NOT_SPOKEN, problem.refusal());
        }
        Preamble.Problem other =
                new Preamble(true).check(Unpooled.wrappedBuffer(new byte[] {'H', 'F', 'S', 'T', 1, 7, 0, 0}));
        assertNotNull(other);
        assertEquals(Refusal.NOT_HOLDFAST, other.refusal());
    }
}
