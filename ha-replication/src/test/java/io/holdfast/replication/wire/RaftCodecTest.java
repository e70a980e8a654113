package io.holdfast.replication.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.Address;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.raft.Fitness;
import io.holdfast.replication.raft.RaftMessage;
import io.holdfast.replication.raft.RaftMessage.AppendAccepted;
import io.holdfast.replication.raft.RaftMessage.AppendRejected;
import io.holdfast.replication.raft.RaftMessage.AppendRequest;
import io.holdfast.replication.raft.RaftMessage.Heartbeat;
import io.holdfast.replication.raft.RaftMessage.HeartbeatReply;
import io.holdfast.replication.raft.RaftMessage.Introduction;
import io.holdfast.replication.raft.RaftMessage.LogStatusReply;
import io.holdfast.replication.raft.RaftMessage.LogStatusRequest;
import io.holdfast.replication.raft.RaftMessage.NotMember;
import io.holdfast.replication.raft.RaftMessage.PreVoteReply;
import io.holdfast.replication.raft.RaftMessage.PreVoteRequest;
import io.holdfast.replication.raft.RaftMessage.ReadIndexReply;
import io.holdfast.replication.raft.RaftMessage.ReadIndexRequest;
import io.holdfast.replication.raft.RaftMessage.SnapshotChunk;
import io.holdfast.replication.raft.RaftMessage.SnapshotOffer;
import io.holdfast.replication.raft.RaftMessage.SnapshotRequest;
import io.holdfast.replication.raft.RaftMessage.StateReport;
import io.holdfast.replication.raft.RaftMessage.Stranger;
import io.holdfast.replication.raft.RaftMessage.TimeoutNow;
import io.holdfast.replication.raft.RaftMessage.VoteReply;
import io.holdfast.replication.raft.RaftMessage.VoteRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RaftCodecTest {
    /** Golden bytes: a change here is a change of the protocol and needs a new version. */
    private static final Map<RaftMessage, String> GOLDEN = new LinkedHashMap<>();

    static {
        String three = "000000000000000300000000000000040000000000000005";
        GOLDEN.put(new AppendRequest(3, 4, 5, 6, List.of()), "01" + three + "0000000000000006");
        GOLDEN.put(new AppendAccepted(3, 4, 5), "02" + three);
        GOLDEN.put(new AppendRejected(3, 4, 5, 6), "03" + three + "0000000000000006");
        GOLDEN.put(new Heartbeat(3, 4, 5, 6), "04" + three + "0000000000000006"); // of an earlier release
        GOLDEN.put(new Heartbeat(3, 4, 5, 6, 7), "04" + three + "0000000000000006" + "0000000000000007");
        GOLDEN.put(new HeartbeatReply(3, 4, 5, new Fitness(2, -3)), "05" + three + "02fd");
        GOLDEN.put(new HeartbeatReply(3, 4, 5, new Fitness(2, -3), 2), "05" + three + "02fd" + "02");
        GOLDEN.put(new PreVoteRequest(3, 4, 5), "06" + three);
        GOLDEN.put(new PreVoteReply(3, true), "07000000000000000301");
        GOLDEN.put(new VoteRequest(3, 4, 5, true), "08" + three + "01");
        GOLDEN.put(new VoteReply(3, true, -4, VoteReply.UNTOLD), "09000000000000000301fffffffffffffffc"); // the same
        GOLDEN.put(new VoteReply(3, true, -4, 5), "09000000000000000301fffffffffffffffc" + "0000000000000005");
        GOLDEN.put(new TimeoutNow(3, 4, 5), "13" + three);
        GOLDEN.put(new ReadIndexRequest(3, 4), "0a00000000000000030000000000000004");
        GOLDEN.put(new ReadIndexReply(3, 4, 5), "0b" + three);
        GOLDEN.put(new LogStatusRequest(3), "0c0000000000000003");
        GOLDEN.put(new LogStatusReply(3, 4, 5, null), "0d" + three);
        GOLDEN.put(
                new LogStatusReply(
                        3, 4, 5, Configuration.of(List.of(new Voter("a", new UUID(1, 2), new Address("h", 9))))),
                "0d" + three + "0101" + "000161" + "00000000000000010000000000000002" + "0003683a39" + "0000");
        GOLDEN.put(
                new Introduction(3, new Voter("a", new UUID(1, 2), new Address("h", 9))),
                "120000000000000003" + "000161" + "00000000000000010000000000000002" + "0003683a39");
        GOLDEN.put(
                new Introduction(3, new Voter("a", new UUID(1, 2), new Address("h", 9)), true),
                "120000000000000003" + "000161" + "00000000000000010000000000000002" + "0003683a39" + "01");
        GOLDEN.put(
                new Introduction(3, new Voter("a", new UUID(1, 2), new Address("h", 9)), false, 2),
                "120000000000000003" + "000161" + "00000000000000010000000000000002" + "0003683a39" + "0002");
        GOLDEN.put(
                new Stranger(3, new Voter("a", new UUID(1, 2), new Address("h", 9)), true, 2),
                "150000000000000003" + "000161" + "00000000000000010000000000000002" + "0003683a39" + "0102");
        GOLDEN.put(
                new Stranger(3, new Voter("a", new UUID(1, 2), new Address("h", 9)), true),
                "150000000000000003" + "000161" + "00000000000000010000000000000002" + "0003683a39" + "01");
        GOLDEN.put(new NotMember(3, 4), "1400000000000000030000000000000004");
        GOLDEN.put(new StateReport(3, 4, 5, -1), "11" + three + "ffffffffffffffff");
        GOLDEN.put(new SnapshotOffer(3, 4, 5, 6), "0e" + three + "0000000000000006");
        GOLDEN.put(new SnapshotRequest(3, 4, 5), "0f" + three);
        GOLDEN.put(new SnapshotChunk(3, 4, 5, 1), "10" + three + "ab");
    }

    @Test
    void aPromiseForAgesIsMalformed() {
        for (RaftMessage message : List.of(
                new VoteReply(3, true, 60_000_000_001L, 0),
                new VoteReply(3, true, Long.MIN_VALUE, 0),
                new VoteReply(3, true, 0, 945_000_000_001L),
                new VoteReply(3, true, 0, VoteReply.NO_PROMISE - 1),
                new Heartbeat(Long.MAX_VALUE, 4, 5, 6),
                new Heartbeat(3, 4, 5, 6, 660_000_000_001L),
                new Heartbeat(3, 4, 5, 6, Long.MIN_VALUE),
                new TimeoutNow(3, 60_000_000_001L, 0),
                new TimeoutNow(3, 0, Long.MAX_VALUE),
                new HeartbeatReply(3, 4, Long.MAX_VALUE, Fitness.PLAIN))) {
            ByteBuf encoded = RaftCodec.encode(UnpooledByteBufAllocator.DEFAULT, message);
            assertThrows(MalformedFrameException.class, () -> RaftCodec.decode(encoded, new ArrayList<>()));
            encoded.release();
        }
    }

    /** The longest {@code stopWithin}, with what is added to it for clocks that differ, is one that can be told. */
    @Test
    void theLongestTimeForStoppingFits() {
        long stop = 600_000_000_000L;
        for (RaftMessage message : List.of(
                new Heartbeat(3, 4, 5, 6, stop),
                new VoteReply(3, true, 45_000_000_000L, 45_000_000_000L + stop + stop / 4),
                new TimeoutNow(3, 0, 45_000_000_000L + stop + stop / 4))) {
            ByteBuf encoded = RaftCodec.encode(UnpooledByteBufAllocator.DEFAULT, message);
            assertEquals(message, RaftCodec.decode(encoded, new ArrayList<>()));
            encoded.release();
        }
    }

    @Test
    void everyKindOfMessageHasGoldenBytes() {
        assertEquals(
                Arrays.stream(RaftMessage.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                GOLDEN.keySet().stream().map(RaftMessage::getClass).collect(Collectors.toSet()));
        GOLDEN.forEach((message, hex) -> {
            ByteBuf encoded = RaftCodec.encode(UnpooledByteBufAllocator.DEFAULT, message);
            if (message instanceof SnapshotChunk) {
                encoded.writeByte(0xAB);
            }
            assertEquals(hex, ByteBufUtil.hexDump(encoded), message.toString());
            assertEquals(message, RaftCodec.decode(encoded, new ArrayList<>()));
            encoded.release();
        });
    }

    @Test
    void anAppendCarriesItsBatches() {
        ByteBuf frame = append(9, 4, 8, batch(5, 2, 8), batch(7, 1, 9));
        List<ByteBuf> batches = new ArrayList<>();
        AppendRequest request = (AppendRequest) RaftCodec.decode(frame, batches);
        assertEquals(
                List.of(5L, 7L),
                request.batches().stream().map(BatchMeta::firstIndex).toList());
        assertEquals(7, request.lastIndex());
        assertEquals(2, batches.size());
        frame.release();
    }

    @Test
    void anAppendWithAGapADecreasingTermOrADamagedBatchIsMalformed() {
        assertMalformed(append(9, 4, 8, batch(6, 1, 8)));
        assertMalformed(append(9, 4, 8, batch(5, 1, 7)));
        assertMalformed(append(9, 4, 8, batch(5, 1, 10)));
        assertMalformed(append(9, 4, 8, batch(5, 1, 9), batch(5, 1, 9)));
        ByteBuf damaged = append(9, 4, 8, batch(5, 1, 9));
        damaged.setByte(damaged.writerIndex() - 1, 99);
        assertMalformed(damaged);
    }

    @Test
    void cutFramesAndRandomBytesAreMalformedAndNothingElse() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuf whole = append(9, 4, 8, batch(5, 2, 9));
        for (int length = 1; length < whole.readableBytes(); length++) {
            if (length != 33) { // there it ends as an append without batches
                assertMalformed(whole.copy(0, length));
            }
        }
        whole.release();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(80)];
            random.nextBytes(bytes);
            bytes[0] = (byte) random.nextInt(16);
            try {
                RaftCodec.decode(Unpooled.wrappedBuffer(bytes), new ArrayList<>());
            } catch (MalformedFrameException e) {
                // as it should be; anything else fails the test
            }
        }
    }

    private static void assertMalformed(ByteBuf frame) {
        assertThrows(MalformedFrameException.class, () -> RaftCodec.decode(frame, new ArrayList<>()));
        frame.release();
    }

    private static ByteBuf append(long term, long prevIndex, long prevTerm, ByteBuf... batches) {
        ByteBuf frame = RaftCodec.encode(
                UnpooledByteBufAllocator.DEFAULT, new AppendRequest(term, prevIndex, prevTerm, 3, List.of()));
        for (ByteBuf batch : batches) {
            frame.writeBytes(batch);
            batch.release();
        }
        return frame;
    }

    private static ByteBuf batch(long firstIndex, int count, long term) {
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 64);
        for (int i = 0; i < count; i++) {
            builder.append(2, new byte[] {1, 2, 3});
        }
        return builder.seal(firstIndex, term, 1_000, 2_000);
    }
}
