package io.holdfast.core.internal.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.KeyRing;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.Seal;
import io.holdfast.core.spi.Seal.Opening;
import io.holdfast.core.spi.Seal.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final String OLD = "a1".repeat(32);
    private static final String NEW = "b2".repeat(32);
    private static final long TOLERANCE = TimeUnit.MINUTES.toMillis(5);
    private static final int LARGEST = 1_400 - GcmSeal.OVERHEAD_BYTES;

    /** A process with a wall clock of its own. */
    private static final class Party implements Clock {
        final GcmSeal seal;
        final Senders senders;
        long wallMillis = 1_800_000_000_000L;

        Party(int seed, KeyRing ring, String cluster, int mostSenders) {
            senders = new Senders(mostSenders, TOLERANCE);
            seal = new GcmSeal(
                    cluster,
                    ring,
                    BootId.draw(new SplittableRandom(seed)),
                    this,
                    UnpooledByteBufAllocator.DEFAULT,
                    senders,
                    TOLERANCE,
                    LARGEST);
        }

        Party(int seed, String... keys) {
            this(seed, KeyRing.of(keys), "shop", 16);
        }

        byte[] say(String text) {
            ByteBuf payload = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
            byte[] message = ByteBufUtil.getBytes(seal.seal(payload));
            assertEquals(text.length(), payload.readableBytes(), "the payload stays as it is");
            return message;
        }

        Outcome hear(byte[] message) {
            return outcome(seal, message);
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }
    }

    private static Outcome outcome(Seal seal, byte[] message) {
        Opening opening = seal.open(Unpooled.wrappedBuffer(message));
        assertEquals(opening.outcome() == Outcome.OPENED, opening.payload() != null);
        assertEquals(opening.outcome() == Outcome.OPENED, opening.detail().isEmpty(), opening.detail());
        return opening.outcome();
    }

    private static String text(Opening opening) {
        assertEquals(Outcome.OPENED, opening.outcome(), opening.detail());
        ByteBuf payload = opening.payload();
        return payload == null ? "" : payload.toString(StandardCharsets.UTF_8);
    }

    private final Party a = new Party(1, OLD);
    private final Party b = new Party(2, OLD);

    @Test
    void whatIsSealedOpens() {
        for (String said : List.of("x", "hello", "y".repeat(LARGEST))) {
            byte[] message = a.say(said);
            assertEquals(said.length() + a.seal.overheadBytes(), message.length);
            assertEquals(
                    said,
                    text(b.seal.open(
                            Unpooled.wrappedBuffer(new byte[3], message).skipBytes(3))));
        }
        assertEquals(1, b.senders.size());
    }

    @Test
    void goldenBytes() {
        assertEquals(
                "a1" // version
                        + KeyRing.of(OLD).ids().get(0) // key
                        + "910a2dec89025cc1beeb8da1658eec67" // boot id
                        + "0000000000000001", // counter
                ByteBufUtil.hexDump(a.say("hello"), 0, 29));
        assertEquals(
                "14d287904d23da7041c641435862ad581afd449a6a3e11c4027f3dac6b",
                ByteBufUtil.hexDump(a.say("hello"), 29, 8 + 5 + 16));
    }

    @Test
    void nothingOfThePayloadShowsAndNoTwoMessagesAreAlike() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] message = a.say("hello hello hello");
            assertTrue(!new String(message, StandardCharsets.ISO_8859_1).contains("hello"));
            assertTrue(seen.add(ByteBufUtil.hexDump(message, 29, message.length - 29)));
        }
        assertNotEquals(
                ByteBufUtil.hexDump(new Party(3, OLD).say("x"), 29, 25),
                ByteBufUtil.hexDump(new Party(4, OLD).say("x"), 29, 25),
                "two processes, both at their first message");
    }

    @Test
    void everyChangedBitIsRefused() {
        byte[] message = a.say("hello");
        for (int bit = 0; bit < 8 * message.length; bit++) {
            byte[] changed = message.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            Outcome outcome = b.hear(changed);
            Set<Outcome> expected = bit / 8 == 0
                    ? Set.of(Outcome.MALFORMED, Outcome.FOREIGN)
                    : bit / 8 < 5 ? Set.of(Outcome.FOREIGN) : Set.of(Outcome.FORGED, Outcome.REPLAYED);
            assertTrue(expected.contains(outcome), "bit " + bit + ": " + outcome);
        }
        assertEquals(0, b.senders.size(), "nobody was learned of");
        assertEquals(Outcome.OPENED, b.hear(message));
    }

    @Test
    void everyOtherLengthIsRefused() {
        byte[] message = a.say("hello");
        for (int length = 0; length < message.length; length++) {
            assertNotEquals(Outcome.OPENED, b.hear(Arrays.copyOf(message, length)), "" + length);
        }
        assertEquals(Outcome.FORGED, b.hear(Arrays.copyOf(message, message.length + 1)));
        assertEquals(Outcome.MALFORMED, b.hear(Arrays.copyOf(message, 1_401)));
        assertEquals(Outcome.OPENED, b.hear(message));
    }

    @Test
    void randomBytesDoNothing() {
        SplittableRandom random = new SplittableRandom(7);
        Seal plain = new PlainSeal("shop", UnpooledByteBufAllocator.DEFAULT, 1_391);
        int keyId = KeyRing.of(OLD).id(0);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(1_500)];
            random.nextBytes(bytes);
            if (bytes.length > 5 && i % 2 == 0) {
                bytes[0] = (byte) (i % 4 == 0 ? 0xA1 : 0xA0);
                ByteBuffer.wrap(bytes).putInt(1, keyId);
            }
            assertNotEquals(Outcome.OPENED, b.hear(bytes));
            assertNotEquals(Outcome.OPENED, outcome(plain, bytes));
        }
        assertEquals(0, b.senders.size());
    }

    @Test
    void eachMessageOpensOnceInWhateverOrder() {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            messages.add(a.say("" + i));
        }
        Collections.reverse(messages);
        for (byte[] message : messages) {
            assertEquals(Outcome.OPENED, b.hear(message));
        }
        for (byte[] message : messages) {
            assertEquals(Outcome.REPLAYED, b.hear(message));
        }
    }

    @Test
    void whatIsBehindTheWindowIsRefused() {
        byte[] early = a.say("early");
        for (int i = 0; i < ReplayWindow.SIZE; i++) {
            byte[] message = a.say("later");
            if (i == ReplayWindow.SIZE - 1) {
                assertEquals(Outcome.OPENED, b.hear(message));
            }
        }
        assertEquals(Outcome.REPLAYED, b.hear(early));
    }

    @Test
    void aNodesOwnMessagesAreNotTaken() {
        assertEquals(Outcome.REPLAYED, a.hear(a.say("an echo")));
    }

    @Test
    void aKeyIsChangedInThreeStepsWithoutALoss() {
        KeyRing both = KeyRing.of(OLD, NEW);
        KeyRing turned = KeyRing.of(NEW, OLD);
        KeyRing alone = KeyRing.of(NEW);
        for (KeyRing next : List.of(both, turned, alone)) {
            for (Party each : List.of(a, b)) {
                byte[] underWay = a.say("sealed before");
                each.seal.use(next);
                assertEquals(Outcome.OPENED, b.hear(underWay));
                assertEquals(Outcome.OPENED, b.hear(a.say("a")));
                assertEquals(Outcome.OPENED, a.hear(b.say("b")));
            }
        }
        assertEquals(Outcome.FOREIGN, a.hear(new Party(3, OLD).say("with the old key")));
        assertEquals(1, a.senders.size());
    }

    @Test
    void aChangeOfKeysDoesNotReopenWhatWasOpened() {
        byte[] message = a.say("hello");
        assertEquals(Outcome.OPENED, b.hear(message));
        b.seal.use(KeyRing.of(NEW, OLD));
        assertEquals(Outcome.REPLAYED, b.hear(message));
    }

    @Test
    void strangersAreForeign() {
        assertEquals(Outcome.FOREIGN, b.hear(new Party(3, NEW).say("hello")));
        assertEquals(Outcome.FORGED, b.hear(new Party(3, KeyRing.of(OLD), "farm", 16).say("of another cluster")));
        Seal plain = new PlainSeal("shop", UnpooledByteBufAllocator.DEFAULT, 100);
        byte[] open = ByteBufUtil.getBytes(plain.seal(Unpooled.copiedBuffer("hello", StandardCharsets.UTF_8)));
        assertEquals(Outcome.FOREIGN, b.hear(open));
        assertEquals(Outcome.FOREIGN, outcome(plain, a.say("hello")));
    }

    @Test
    void whatWasRecordedBeforeARestartIsTooOldAfterwards() {
        byte[] recorded = a.say("recorded");
        assertEquals(Outcome.OPENED, b.hear(recorded));
        Party restarted = new Party(3, OLD);
        restarted.wallMillis += TOLERANCE + 1;
        Opening opening = restarted.seal.open(Unpooled.wrappedBuffer(recorded));
        assertEquals(Outcome.STALE, opening.outcome());
        assertTrue(opening.detail().contains("300 s behind this node's"), opening.detail());
        restarted.wallMillis -= 2 * TOLERANCE + 2;
        opening = restarted.seal.open(Unpooled.wrappedBuffer(recorded));
        assertEquals(Outcome.STALE, opening.outcome());
        assertTrue(opening.detail().contains("300 s ahead of this node's"), opening.detail());
        assertEquals(0, restarted.senders.size());
    }

    @Test
    void aClockThatJumpsDisturbsNobodyWhoIsInTouch() {
        assertEquals(Outcome.OPENED, b.hear(a.say("in touch")));
        for (long jump : new long[] {TimeUnit.DAYS.toMillis(1), -TimeUnit.DAYS.toMillis(3)}) {
            a.wallMillis += jump;
            assertEquals(Outcome.OPENED, b.hear(a.say("after my jump")));
            b.wallMillis -= 2 * jump;
            assertEquals(Outcome.OPENED, b.hear(a.say("after yours")));
        }
    }

    @Test
    void theLongSilentAreForgottenFirstAndTheirMessagesStayShut() {
        Party small = new Party(9, KeyRing.of(OLD), "shop", 2);
        Party c = new Party(3, OLD);
        byte[] ofA = a.say("a");
        assertEquals(Outcome.OPENED, small.hear(ofA));
        small.wallMillis += TOLERANCE + 1;
        b.wallMillis = small.wallMillis;
        c.wallMillis = small.wallMillis;
        byte[] ofB = b.say("b");
        assertEquals(Outcome.OPENED, small.hear(ofB));
        assertEquals(Outcome.OPENED, small.hear(c.say("c")));
        assertEquals(2, small.senders.size());
        assertEquals(0, small.senders.forgottenEarly());
        assertEquals(Outcome.STALE, small.hear(ofA), "forgotten, and too old to be believed");
        Party d = new Party(4, OLD);
        d.wallMillis = small.wallMillis;
        assertEquals(Outcome.OPENED, small.hear(d.say("d")));
        assertEquals(2, small.senders.size());
        assertEquals(1, small.senders.forgottenEarly(), "b, who could be replayed: the bound comes first");
    }

    @Test
    void whatIsTooLongIsNotSealed() {
        for (int bytes : new int[] {0, LARGEST + 1}) {
            ByteBuf payload = Unpooled.buffer().writeZero(bytes);
            assertThrows(IllegalArgumentException.class, () -> a.seal.seal(payload));
        }
    }

    @Test
    void withoutKeysClustersStayApart() {
        Seal shop = new PlainSeal("shop", UnpooledByteBufAllocator.DEFAULT, 5);
        Seal farm = new PlainSeal("farm", UnpooledByteBufAllocator.DEFAULT, 5);
        ByteBuf message = shop.seal(Unpooled.copiedBuffer("hello", StandardCharsets.UTF_8));
        assertEquals("a0" + "c7d690daa3968365" + "68656c6c6f", ByteBufUtil.hexDump(message));
        assertEquals("hello", text(shop.open(message)));
        assertEquals(Outcome.FOREIGN, farm.open(message).outcome());
        assertNull(farm.open(message).payload());
        assertEquals(Outcome.MALFORMED, shop.open(message.copy().writeByte(1)).outcome());
        assertEquals(Outcome.MALFORMED, shop.open(message.slice(0, 9)).outcome());
        assertThrows(
                IllegalArgumentException.class,
                () -> shop.seal(Unpooled.buffer().writeZero(6)));
        assertEquals(message.readableBytes(), 5 + shop.overheadBytes());
    }
}
