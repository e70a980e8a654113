package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.remote.OfferFrame.Cancel;
import io.holdfast.backup.remote.OfferFrame.Collect;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Delete;
import io.holdfast.backup.remote.OfferFrame.Discard;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.backup.remote.OfferFrame.Failed;
import io.holdfast.backup.remote.OfferFrame.ListAll;
import io.holdfast.backup.remote.OfferFrame.Page;
import io.holdfast.backup.remote.OfferFrame.Pieces;
import io.holdfast.backup.remote.OfferFrame.Publish;
import io.holdfast.backup.remote.OfferFrame.Put;
import io.holdfast.backup.remote.OfferFrame.Read;
import io.holdfast.backup.remote.OfferFrame.Ready;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Size;
import io.holdfast.backup.remote.OfferFrame.Unverified;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bytes that are said about a directory that is offered. */
class OfferCodecTest {
    private static Map<String, OfferFrame> golden() {
        Map<String, OfferFrame> all = new LinkedHashMap<>();
        all.put("01" + "00000102" + "0003" + "612f62", new Put(258, "a/b"));
        all.put("03" + "00000102" + "0000000000000007", new End(258, 7));
        all.put("04" + "00000102", new Cancel(258));
        all.put("05" + "00000102" + "00100000", new Credit(258, 1 << 20));
        all.put("06" + "00000102" + "0000000000000009" + "0003" + "612f62", new Read(258, "a/b", 9));
        all.put("07" + "00000102" + "0003" + "612f62", new Size(258, "a/b"));
        all.put("08" + "00000102" + "0002" + "612f", new ListAll(258, "a/"));
        all.put("09" + "00000102" + "0003" + "612f62", new Delete(258, "a/b"));
        all.put("0a" + "00000102" + "000000000036ee80", new Collect(258, 3_600_000));
        all.put("0b" + "00000102" + "0000000000000001", new Done(258, 1));
        all.put("0c" + "00000102" + "01" + "0004" + "66756c6c", new Failed(258, Reason.NO_SPACE, "full"));
        all.put(
                "0d" + "00000102" + "0001" + "0003" + "612f62" + "0000000000000005" + "0000000000000006",
                new Page(258, List.of(new Stored("a/b", 5, 6))));
        all.put(
                "0e" + "00000102" + "0000000010000000" + "0003" + "612f62" + "0004" + "39663061",
                new Resume(258, "a/b", 256 << 20, "9f0a"));
        all.put(
                "0f" + "00000102" + "0001" + "0000000004000000" + "ab".repeat(32),
                new Pieces(258, List.of(new Piece(64 << 20, "ab".repeat(32)))));
        all.put("10" + "00000102" + "0000000004000000" + "0000000000000001", new Ready(258, 64 << 20, 1));
        all.put("11" + "00000102", new Publish(258));
        all.put("12" + "00000102" + "0000000003800000", new Unverified(258, 56 << 20));
        all.put("13" + "00000102", new Discard(258));
        return all;
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    @Test
    void goldenBytes() {
        golden().forEach((bytes, frame) -> {
            assertEquals(bytes, ByteBufUtil.hexDump(OfferCodec.encode(frame)), frame.toString());
            assertEquals(frame, OfferCodec.decode(hex(bytes)));
        });
        ByteBuf data = OfferCodec.encode(new Data(258, new byte[] {8, 9}));
        assertEquals("02" + "00000102" + "0809", ByteBufUtil.hexDump(data));
        assertTrue(OfferCodec.decode(data) instanceof Data read && read.bytes().length == 2 && read.bytes()[1] == 9);
    }

    @Test
    void everyKindHasGoldenBytes() {
        Set<Class<?>> kinds = new HashSet<>(List.of(OfferFrame.class.getPermittedSubclasses()));
        kinds.remove(Data.class);
        golden().values().forEach(frame -> kinds.remove(frame.getClass()));
        assertEquals(Set.of(), kinds);
    }

    /** A release that knew the first calls alone says nothing, and has to take this for what is said of a call that has ended. */
    @Test
    void theGreetingIsAFrameOfTheFirstRelease() {
        assertEquals("0b" + "00000000" + "0000000000000002", ByteBufUtil.hexDump(OfferCodec.encode(Greeting.ours())));
        assertEquals(Greeting.PIECES, Greeting.levelOf(Greeting.ours()));
        assertEquals(Greeting.PIECES, Greeting.levelOf(new Done(0, Long.MAX_VALUE)), "of a later release");
        assertEquals(Greeting.FIRST, Greeting.levelOf(new Done(0, 0)));
        assertEquals(Greeting.FIRST, Greeting.levelOf(new Done(1, 2)));
        assertEquals(Greeting.FIRST, Greeting.levelOf(new Failed(0, Reason.ABSENT, "")));
    }

    @Test
    void theNumbersOfReasonsStay() {
        Reason[] inOrder = {
            Reason.ABSENT, Reason.NO_SPACE, Reason.UNAVAILABLE, Reason.REFUSED, Reason.UNFIT, Reason.FAILED
        };
        assertEquals(Set.of(Reason.values()), Set.of(inOrder));
        for (int i = 0; i < inOrder.length; i++) {
            assertEquals(i, OfferCodec.encode(new Failed(1, inOrder[i], "")).getByte(5));
        }
        assertEquals(
                Reason.FAILED,
                ((Failed) OfferCodec.decode(hex("0c" + "00000001" + "63" + "0000"))).reason(),
                "one of a later version");
    }

    @Test
    void whatIsNoFrameIsRefused() {
        for (String wrong : new String[] {
            "",
            "01",
            "00" + "00000102",
            "0e" + "00000102",
            "01" + "00000102",
            "01" + "00000102" + "0000", // no name
            "01" + "00000102" + "0003" + "612f", // shorter than it says
            "01" + "00000102" + "0003" + "612f62" + "00", // longer than it says
            "01" + "00000102" + "0004" + "2e2e2f61", // "../a"
            "01" + "00000102" + "0002" + "2f61", // "/a"
            "07" + "00000102" + "0003" + "612062", // "a b"
            "01" + "00000102" + "ffff" + "61",
            "02" + "00000102", // no bytes
            "05" + "00000102" + "00000000",
            "05" + "00000102" + "80000000",
            "06" + "00000102" + "ffffffffffffffff" + "0001" + "61",
            "0a" + "00000102" + "8000000000000000",
            "0d" + "00000102" + "ffff",
            "0d" + "00000102" + "0001" + "0001" + "61" + "00000000",
            "0e" + "00000102" + "ffffffffffffffff" + "0001" + "61" + "0001" + "61", // a negative length
            "0e" + "00000102" + "0000000000000001" + "0001" + "61", // no content
            "0e" + "00000102" + "0000000000000001" + "0001" + "61" + "0000",
            "0e" + "00000102" + "0000000000000001" + "0001" + "61" + "0001" + "41", // "A"
            "0e" + "00000102" + "0000000000000001" + "0002" + "2f61" + "0001" + "61", // "/a"
            "0f" + "00000102",
            "0f" + "00000102" + "ffff",
            "0f" + "00000102" + "0001" + "0000000000000001" + "ab".repeat(31),
            "10" + "00000102" + "0000000000000001",
            "10" + "00000102" + "ffffffffffffffff" + "0000000000000001",
            "11" + "00000102" + "00",
            "12" + "00000102",
            "13" + "00000102" + "00",
            "14" + "00000102",
        }) {
            assertThrows(MalformedFrameException.class, () -> OfferCodec.decode(hex(wrong)), wrong);
        }
        byte[] huge = new byte[5 + OfferCodec.MOST_DATA + 1];
        huge[0] = 2;
        assertThrows(MalformedFrameException.class, () -> OfferCodec.decode(Unpooled.wrappedBuffer(huge)));
    }

    @Test
    void noiseIsAFrameOrRefusedAndNothingElse() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            if (noise.length > 0) {
                noise[0] = (byte) random.nextInt(21);
            }
            try {
                OfferFrame frame = OfferCodec.decode(Unpooled.wrappedBuffer(noise));
                if (!(frame instanceof Failed || frame instanceof ListAll)) { // whose texts may not be of UTF-8
                    ByteBuf again = OfferCodec.encode(frame);
                    assertArrayEquals(noise, ByteBufUtil.getBytes(again), frame.toString());
                }
            } catch (MalformedFrameException refused) {
                // as it should be
            }
        }
    }
}
