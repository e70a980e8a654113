package io.holdfast.membership.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimMessage;
import io.holdfast.membership.swim.SwimTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SwimCodecTest {
    private final SplittableRandom random = new SplittableRandom(1);

    private String id() {
        return "node-" + random.nextInt(100_000);
    }

    private Address address() {
        return random.nextBoolean()
                ? new Address("10.0.0." + random.nextInt(256), random.nextInt(65_536))
                : new Address("host-" + id() + ".example", 7400);
    }

    private byte[] bytes(int max) {
        byte[] bytes = new byte[random.nextInt(max + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    private long incarnation() {
        return 1 + (random.nextLong() >>> (8 + random.nextInt(56)));
    }

    private MemberInfo member() {
        return new MemberInfo(id(), random.nextLong(), incarnation(), address(), random.nextInt(4), bytes(512));
    }

    private SwimMessage message(int kind) {
        return switch (kind) {
            case 0 -> new SwimMessage.Ping(random.nextInt(Integer.MAX_VALUE), id(), id());
            case 1 -> new SwimMessage.Ack(random.nextLong() >>> 1);
            case 2 -> new SwimMessage.Nack(random.nextInt(Integer.MAX_VALUE));
            case 3 -> new SwimMessage.PingRequest(random.nextInt(Integer.MAX_VALUE), id(), address(), id());
            case 4 -> new SwimMessage.Alive(member());
            case 5 -> {
                List<String> by = new ArrayList<>();
                for (int i = random.nextInt(8); i >= 0; i--) {
                    by.add(id());
                }
                yield new SwimMessage.Suspect(id(), random.nextLong(), incarnation(), by, random.nextBoolean());
            }
            case 6 -> new SwimMessage.Dead(id(), random.nextLong(), incarnation(), random.nextBoolean() ? "" : id());
            case 7 -> new SwimMessage.Left(id(), random.nextLong(), incarnation());
            case 8 -> new SwimMessage.Digest(id(), random.nextLong(), random.nextBoolean());
            case 9 -> new SwimMessage.Claim(id(), random.nextLong(), incarnation(), random.nextLong() >>> 3, address());
            case 10 -> new SwimMessage.Broadcast(id(), random.nextLong(), random.nextLong() >>> 1, bytes(512));
            default -> new SwimMessage.Direct(id(), id(), random.nextLong(), bytes(512));
        };
    }

    private static ByteBuf encoded(List<SwimMessage> messages) {
        ByteBuf out = Unpooled.buffer();
        SwimCodec.encode(out, messages);
        return out;
    }

    /** Arrays in records have no equality of their own. */
    private static Object comparable(SwimMessage message) {
        if (message instanceof SwimMessage.Broadcast m) {
            return List.of(m.origin(), m.originBoot(), m.sequence(), ByteBufUtil.hexDump(m.payload()));
        }
        return message instanceof SwimMessage.Direct m
                ? List.of(m.from(), m.target(), m.boot(), ByteBufUtil.hexDump(m.payload()))
                : message;
    }

    @Test
    void everyKindComesBackAndTakesAsManyBytesAsSaid() {
        Set<Class<?>> kinds = new HashSet<>();
        for (int round = 0; round < 20_000; round++) {
            SwimMessage message = message(round % 12);
            kinds.add(message.getClass());
            ByteBuf datagram = encoded(List.of(message));
            assertEquals(SwimCodec.HEADER_BYTES + SwimCodec.size(message), datagram.readableBytes());
            assertEquals(
                    comparable(message), comparable(SwimCodec.decode(datagram).get(0)));
        }
        assertEquals(Set.of(SwimMessage.class.getPermittedSubclasses()), kinds);
    }

    @Test
    void aDatagramCarriesSeveral() {
        List<SwimMessage> messages = List.of(message(0), message(1), message(5));
        assertEquals(messages, SwimCodec.decode(encoded(messages)));
    }

    @Test
    void kindsOfLaterVersionsArePassedOver() {
        ByteBuf datagram = encoded(List.of(new SwimMessage.Ack(7)));
        datagram.writeByte(200).writeByte(3).writeMedium(0);
        SwimCodec.encode(datagram, List.of());
        datagram.writerIndex(datagram.writerIndex() - 1); // without the second version byte
        assertEquals(List.of(new SwimMessage.Ack(7)), SwimCodec.decode(datagram));
    }

    @Test
    void anotherVersionIsMalformed() {
        ByteBuf datagram = encoded(List.of(new SwimMessage.Ack(7)));
        datagram.setByte(0, 2);
        assertThrows(MalformedFrameException.class, () -> SwimCodec.decode(datagram));
    }

    @Test
    void whatIsCutShortIsMalformed() {
        for (int kind = 0; kind < 12; kind++) {
            ByteBuf whole = encoded(List.of(message(kind)));
            for (int length = 2; length < whole.readableBytes(); length++) {
                ByteBuf part = whole.slice(0, length);
                assertThrows(MalformedFrameException.class, () -> SwimCodec.decode(part));
            }
        }
    }

    @Test
    void garbageIsReadOrMalformedAndNothingElse() {
        int read = 0;
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes;
            if (round % 2 == 0) {
                bytes = bytes(64);
                if (bytes.length > 0) {
                    bytes[0] = 1;
                }
            } else {
                bytes = ByteBufUtil.getBytes(encoded(List.of(message(random.nextInt(12)))));
                for (int i = random.nextInt(3); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            try {
                SwimCodec.decode(Unpooled.wrappedBuffer(bytes));
                read++;
            } catch (MalformedFrameException e) {
                // as it should be
            }
            try {
                StreamCodec.decode(Unpooled.wrappedBuffer(bytes));
            } catch (MalformedFrameException e) {
                // as it should be
            }
        }
        assertTrue(read > 1000);
    }

    @Test
    void aLargeTableTakesSeveralFramesAndComesBack() {
        List<MemberState> states = List.of(MemberState.values());
        List<SwimTable.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            MemberState state = states.get(random.nextInt(4));
            entries.add(new SwimTable.Entry(member(), state, random.nextInt(100_000)));
        }
        SwimTable table = new SwimTable(member(), entries);
        List<ByteBuf> frames = new ArrayList<>();
        StreamCodec.encodeTable(ByteBufAllocator.DEFAULT, true, table, frames::add);
        assertTrue(frames.size() > 5);
        TableJoiner joiner = new TableJoiner(3000);
        for (int i = 0; i < frames.size(); i++) {
            ByteBuf frame = frames.get(i);
            assertTrue(frame.readableBytes() <= StreamCodec.MAX_FRAME_BYTES);
            StreamMessage.TablePart part = (StreamMessage.TablePart) StreamCodec.decode(frame);
            frame.release();
            assertTrue(part.answer());
            SwimTable joined = joiner.add(part);
            assertEquals(i == frames.size() - 1 ? table : null, joined);
        }
    }

    @Test
    void aTableBeyondTheBoundIsMalformed() {
        MemberInfo from = member();
        SwimTable.Entry entry = new SwimTable.Entry(member(), MemberState.ALIVE, 0);
        TableJoiner joiner = new TableJoiner(1);
        joiner.add(new StreamMessage.TablePart(false, false, from, List.of(entry)));
        StreamMessage.TablePart more = new StreamMessage.TablePart(false, true, from, List.of(entry));
        assertThrows(MalformedFrameException.class, () -> joiner.add(more));
        StreamMessage.TablePart foreign = new StreamMessage.TablePart(false, true, member(), List.of());
        assertThrows(MalformedFrameException.class, () -> joiner.add(foreign));
    }

    @Test
    void otherFramesComeBackAndThoseOfALaterVersionArePassedOver() {
        for (StreamMessage message : List.of(
                new StreamMessage.StreamPing(-7, "node-1", -9),
                new StreamMessage.StreamAck(-7),
                new StreamMessage.Follow(),
                new StreamMessage.Sightings(false, true, 1, List.of()),
                new StreamMessage.Sightings(true, false, 300, sightings(7)))) {
            ByteBuf frame = StreamCodec.encode(ByteBufAllocator.DEFAULT, message);
            assertEquals(message, StreamCodec.decode(frame));
            frame.release();
        }
        assertEquals(
                new StreamMessage.Unknown(99), StreamCodec.decode(Unpooled.wrappedBuffer(new byte[] {1, 99, 5, 5})));
    }

    /** Ids are shown in logs, and nodes are made of them. */
    @Test
    void idsAndAddressesThatNoNodeHasAreMalformed() {
        for (String id : List.of("a\nb", "a b", "\u202ex", "node/1")) {
            ByteBuf ping = Unpooled.buffer();
            SwimCodec.encode(ping, List.of(new SwimMessage.Ping(1, "b", id)));
            assertThrows(MalformedFrameException.class, () -> SwimCodec.decode(ping));
            ByteBuf dead = Unpooled.buffer();
            SwimCodec.encode(dead, List.of(new SwimMessage.Dead("b", 1, 1, id)));
            assertThrows(MalformedFrameException.class, () -> SwimCodec.decode(dead));
        }
        ByteBuf nowhere = Unpooled.buffer();
        SwimCodec.encode(nowhere, List.of(new SwimMessage.PingRequest(1, "b", new Address("h", 0), "a")));
        assertThrows(MalformedFrameException.class, () -> SwimCodec.decode(nowhere));
    }

    @Test
    void goldenBytes() {
        MemberInfo member = new MemberInfo("a", 0x0102030405060708L, 300, new Address("h", 7400), 1, new byte[] {9});
        List<SwimMessage> messages = List.of(
                new SwimMessage.Ping(300, "b", "a"),
                new SwimMessage.Alive(member),
                new SwimMessage.Suspect("b", 1, 2, List.of("a"), true));
        assertArrayEquals(
                ByteBufUtil.decodeHexDump("01" + "0106" + "ac02" + "0162" + "0161"
                        + "0513" + "0161" + "0102030405060708" + "ac02" + "01681ce8" + "01" + "0109"
                        + "060f" + "0162" + "0000000000000001" + "02" + "01" + "01" + "0161"),
                ByteBufUtil.getBytes(encoded(messages)));
    }

    private List<Sighting> sightings(int many) {
        List<MemberState> states = List.of(MemberState.values());
        List<Sighting> sightings = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            int state = random.nextInt(5);
            sightings.add(new Sighting(member(), state == 4 ? null : states.get(state)));
        }
        return sightings;
    }

    @Test
    void aLargeViewTakesSeveralFrames() {
        for (boolean whole : new boolean[] {true, false}) {
            List<Sighting> all = sightings(3000);
            List<Sighting> read = new ArrayList<>();
            List<StreamMessage.Sightings> frames = new ArrayList<>();
            StreamCodec.cut(whole, all, frames::add);
            assertTrue(frames.size() > 5);
            for (int i = 0; i < frames.size(); i++) {
                ByteBuf frame = StreamCodec.encode(
                        ByteBufAllocator.DEFAULT, frames.get(i).numbered(Long.MAX_VALUE));
                assertTrue(frame.readableBytes() <= StreamCodec.MAX_FRAME_BYTES);
                StreamMessage.Sightings part = (StreamMessage.Sightings) StreamCodec.decode(frame);
                frame.release();
                assertEquals(whole && i == 0, part.whole());
                assertEquals(i == frames.size() - 1, part.last());
                read.addAll(part.entries());
            }
            assertEquals(all, read);
        }
    }

    @Test
    void goldenBytesOfAView() {
        MemberInfo member = new MemberInfo("a", 0x0102030405060708L, 300, new Address("h", 7400), 1, new byte[] {9});
        String bytes = "0161" + "0102030405060708" + "ac02" + "01681ce8" + "01" + "0109";
        StreamMessage.Sightings seen = new StreamMessage.Sightings(
                true, true, 300, List.of(new Sighting(member, MemberState.SUSPECT), new Sighting(member, null)));
        assertEquals(
                "0105" + "03" + "ac02" + "01" + bytes + "04" + bytes,
                ByteBufUtil.hexDump(StreamCodec.encode(ByteBufAllocator.DEFAULT, seen)));
        assertEquals(
                "0104", ByteBufUtil.hexDump(StreamCodec.encode(ByteBufAllocator.DEFAULT, new StreamMessage.Follow())));
        for (String malformed : List.of("010504", "0105030105" + bytes, "0105030101", "010503", "010400")) {
            ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(malformed));
            assertThrows(MalformedFrameException.class, () -> StreamCodec.decode(frame), malformed);
        }
    }
}
