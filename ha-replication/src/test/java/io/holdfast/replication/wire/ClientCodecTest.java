package io.holdfast.replication.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.holdfast.replication.wire.ClientMessage.Answers;
import io.holdfast.replication.wire.ClientMessage.KeepAlive;
import io.holdfast.replication.wire.ClientMessage.Open;
import io.holdfast.replication.wire.ClientMessage.Opened;
import io.holdfast.replication.wire.ClientMessage.Query;
import io.holdfast.replication.wire.ClientMessage.Read;
import io.holdfast.replication.wire.ClientMessage.Submit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClientCodecTest {
    private static final ByteBufAllocator HEAP = UnpooledByteBufAllocator.DEFAULT;

    @Test
    void goldenBytes() {
        golden("010000000000000007", new Open(7));
        golden("0300000000000000070000000000000008", new KeepAlive(7, 8));
        golden("040000000000000007", new ClientMessage.Close(7));
        golden(
                "05000000000000000702" + "02" + "0000000000000009" + "6869",
                new Query(7, 2, new Freshness(Freshness.AT_LEAST, 9), bytes("hi")));
        golden("06", new ClientMessage.Ask());
        golden(
                "100000000000000009" + "00026e31" + "01" + "00026e31" + "0003613a31",
                new Announcement(9, "n1", Map.of("n1", "a:1")));
        golden("1100000000000000070000000000000008", new Opened(7, 8));
        golden("13000000000000000701" + "6869", new Read(7, Outcome.FAILED, new byte[] {'h', 'i'}));
    }

    private static void golden(String hex, ClientMessage message) {
        ByteBuf encoded = ClientCodec.encode(HEAP, message);
        assertEquals(hex, ByteBufUtil.hexDump(encoded), message.toString());
        assertEquals(message.getClass(), ClientCodec.decode(encoded).getClass());
        encoded.release();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void aSubmitAndItsAnswers() {
        ByteBuf frame = ClientCodec.beginSubmit(HEAP, 7, 4, 5);
        ClientCodec.addCommand(frame, 2, false, new byte[] {'h', 'i'});
        ClientCodec.addCommand(frame, 1, true, new byte[0]);
        assertEquals(
                "02000000000000000700000000000000040000000000000005" + "00000002026869" + "0000000081",
                ByteBufUtil.hexDump(frame));
        Submit submit = (Submit) ClientCodec.decode(frame);
        assertEquals(5, submit.firstSequence());
        assertEquals(2, submit.commands().size());
        assertEquals(
                List.of(false, true),
                submit.commands().stream()
                        .map(ClientMessage.Command::tellStored)
                        .toList());
        assertEquals(1, submit.commands().get(1).machine());
        assertEquals("hi", submit.commands().get(0).bytes().toString(StandardCharsets.UTF_8));
        frame.release();

        ByteBuf answers = ClientCodec.beginAnswers(HEAP, 7);
        ClientCodec.addAnswer(answers, 5, Outcome.APPLIED, new byte[] {1});
        ClientCodec.addAnswer(answers, 6, Outcome.OUT_OF_ORDER, new byte[0]);
        ClientCodec.endAnswers(answers, 9);
        assertEquals(
                "120000000000000007" + "0000000000000009" + "0000000000000005000000000101"
                        + "00000000000000060300000000",
                ByteBufUtil.hexDump(answers));
        Answers decoded = (Answers) ClientCodec.decode(answers);
        assertEquals(9, decoded.appliedIndex());
        assertArrayEquals(new byte[] {1}, decoded.answers().get(0).bytes());
        assertEquals(Outcome.OUT_OF_ORDER, decoded.answers().get(1).outcome());
        answers.release();
    }

    @Test
    void announcedLengthsAreNotBelieved() {
        for (String hex : new String[] {
            "",
            "02",
            "63",
            "01000000",
            "0100000000000000070000",
            "02000000000000000700000000000000040000000000000005" + "7fffffff02",
            "02000000000000000700000000000000040000000000000005" + "ffffffff02",
            "02000000000000000700000000000000040000000000000005",
            "02000000000000000700000000000000040000000000000000" + "0000000001",
            "120000000000000007" + "0000000000000005" + "09" + "00000000",
            "10000000000000000900026e31ff"
        }) {
            ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
            assertThrows(MalformedFrameException.class, () -> ClientCodec.decode(frame), hex);
        }
    }

    @Test
    void anAnnouncedAddressThatCannotBeDialledIsMalformed() {
        for (String address : new String[] {"", "n1", "n1:", "n1:65536", ":7400", "::1:7400", "n1:74x"}) {
            ByteBuf frame = ClientCodec.encode(HEAP, new Announcement(9, "n1", Map.of("n1", address)));
            assertThrows(MalformedFrameException.class, () -> ClientCodec.decode(frame), address);
            frame.release();
        }
    }

    @Test
    void randomBytesAreMalformedAndNothingElse() {
        SplittableRandom random = new SplittableRandom(2);
        int[] kinds = {1, 2, 3, 4, 5, 16, 17, 18, 19, 77};
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(60)];
            random.nextBytes(bytes);
            bytes[0] = (byte) kinds[random.nextInt(kinds.length)];
            try {
                ClientCodec.decode(Unpooled.wrappedBuffer(bytes));
            } catch (MalformedFrameException e) {
                // as it should be; anything else fails the test
            }
        }
    }
}
