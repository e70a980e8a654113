package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HandshakeCodecTest {
    private static final UUID CLUSTER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID DISK = UUID.fromString("0f0e0d0c-0b0a-0908-0706-050403020100");

    /** The bytes that docs/formats.md shows. Later versions must go on reading them. */
    private static final String HELLO = "48464831" + "01" + "01" + "07" + "01"
            + "04" + "73686f70"
            + "00112233445566778899aabbccddeeff"
            + "06" + "6e6f64652d31"
            + "0f0e0d0c0b0a09080706050403020100"
            + "06" + "6e6f64652d32";

    private static final String WELCOME = "48465731" + "01"
            + "00112233445566778899aabbccddeeff"
            + "06" + "6e6f64652d32"
            + "00000000000000000000000000000000"
            + "01";

    private static final String REJECT = "48465231" + "04" + "0003" + "6e6f21";

    private static final Hello HELLO_VALUE = new Hello(1, 1, 7, true, "shop", CLUSTER, "node-1", DISK, "node-2");
    private static final Welcome WELCOME_VALUE = new Welcome(1, CLUSTER, "node-2", new UUID(0, 0), true);
    private static final Reject REJECT_VALUE = new Reject(RejectCode.NOT_THE_EXPECTED_NODE, "no!");

    private static Handshake decode(String hex) {
        return HandshakeCodec.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    private static String encode(Handshake handshake) {
        ByteBuf bytes = HandshakeCodec.encode(handshake);
        String hex = ByteBufUtil.hexDump(bytes);
        bytes.release();
        return hex;
    }

    @Test
    void golden() {
        assertEquals(HELLO, encode(HELLO_VALUE));
        assertEquals(WELCOME, encode(WELCOME_VALUE));
        assertEquals(REJECT, encode(REJECT_VALUE));
        assertEquals(HELLO_VALUE, decode(HELLO));
        assertEquals(WELCOME_VALUE, decode(WELCOME));
        assertEquals(REJECT_VALUE, decode(REJECT));
    }

    @Test
    void everyCodeSurvivesTheWire() {
        for (RejectCode code : RejectCode.values()) {
            assertEquals(new Reject(code, "why"), decode(encode(new Reject(code, "why"))));
        }
        assertEquals(new Reject(RejectCode.OTHER, "no!"), decode(REJECT.replace("4846523104", "48465231c8")));
    }

    @Test
    void aFrameCutAnywhereIsMalformed() {
        for (String whole : List.of(HELLO, WELCOME, REJECT)) {
            for (int length = 0; length < whole.length(); length += 2) {
                String cut = whole.substring(0, length);
                assertThrows(MalformedFrameException.class, () -> decode(cut), cut);
            }
        }
    }

    @Test
    void moreIsTakenOnlyFromALaterVersion() {
        assertThrows(MalformedFrameException.class, () -> decode(HELLO + "00"));
        assertThrows(MalformedFrameException.class, () -> decode(WELCOME + "00"));
        String later = "48464831" + "01" + "02" + HELLO.substring(12) + "cafe";
        assertEquals(new Hello(1, 2, 7, true, "shop", CLUSTER, "node-1", DISK, "node-2"), decode(later));
    }

    @Test
    void namesThatCouldForgeLogLinesAreMalformed() {
        assertThrows(MalformedFrameException.class, () -> decode(HELLO.replace("73686f70", "73680a70")));
        assertThrows(MalformedFrameException.class, () -> decode(HELLO.replace("0473686f70", "00")));
        String longName = "41".repeat(65);
        assertThrows(MalformedFrameException.class, () -> decode(HELLO.replace("0473686f70", "41" + longName)));
    }

    @Test
    void versionsAreChecked() {
        assertThrows(MalformedFrameException.class, () -> decode("48464831" + "0201" + HELLO.substring(12)));
        assertThrows(MalformedFrameException.class, () -> decode("48464831" + "0001" + HELLO.substring(12)));
    }

    @Test
    void theTextOfARejectIsBoundedAndPrintable() {
        String text = "x" + "é".repeat(1000);
        Reject cut = (Reject) decode(encode(new Reject(RejectCode.REFUSED, text)));
        assertEquals("x" + "é".repeat(511), cut.text());
        assertTrue(cut.text().getBytes(StandardCharsets.UTF_8).length <= HandshakeCodec.MAX_REJECT_TEXT_BYTES);
        assertEquals("a?b?[31m", ((Reject) decode(encode(new Reject(RejectCode.REFUSED, "a\nb\u001b[31m")))).text());
        assertThrows(MalformedFrameException.class, () -> decode("48465231" + "04" + "0401" + "78".repeat(1025)));
    }

    @Test
    void randomBytesAreMalformedAndNothingElse() {
        SplittableRandom random = new SplittableRandom(7);
        byte[][] models = {
            ByteBufUtil.decodeHexDump(HELLO), ByteBufUtil.decodeHexDump(WELCOME), ByteBufUtil.decodeHexDump(REJECT)
        };
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes;
            if (random.nextInt(4) == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
            } else {
                bytes = models[random.nextInt(3)].clone();
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
            }
            try {
                HandshakeCodec.decode(Unpooled.wrappedBuffer(bytes));
            } catch (MalformedFrameException expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 10);
            }
        }
        assertThrows(MalformedFrameException.class, () -> decode("48464831" + "00".repeat(5000)));
    }
}
