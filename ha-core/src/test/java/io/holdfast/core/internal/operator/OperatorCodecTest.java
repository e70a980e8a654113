package io.holdfast.core.internal.operator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.internal.operator.OperatorFrame.Answer;
import io.holdfast.core.internal.operator.OperatorFrame.Request;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperatorCodecTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    @Test
    void goldenBytes() {
        ByteBuf request = OperatorCodec.encode(new Request(258, 5_000, "status", bytes("{\"all\":\"true\"}")));
        assertEquals(
                "01" + "0000000000000102" + "00001388" + "06" + "737461747573" + "7b22616c6c223a2274727565227d",
                ByteBufUtil.hexDump(request));
        Request read = OperatorCodec.request(request);
        assertEquals(258, read.id());
        assertEquals(5_000, read.timeoutMillis());
        assertEquals("status", read.command());
        assertArrayEquals(bytes("{\"all\":\"true\"}"), read.arguments());
        ByteBuf answer = OperatorCodec.encode(new Answer(258, AnswerCode.NOT_ALLOWED, bytes("no")));
        assertEquals("02" + "0000000000000102" + "01" + "6e6f", ByteBufUtil.hexDump(answer));
        Answer said = OperatorCodec.answer(answer);
        assertEquals(AnswerCode.NOT_ALLOWED, said.code());
        assertArrayEquals(bytes("no"), said.body());
    }

    @Test
    void theNumbersOfAnswersStay() {
        List<Integer> wire =
                Stream.of(AnswerCode.values()).map(AnswerCode::wire).toList();
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 255), wire);
        assertEquals(
                List.of(AnswerCode.values()), wire.stream().map(AnswerCode::of).toList());
        assertEquals(AnswerCode.OTHER, AnswerCode.of(99), "a later version's");
    }

    @Test
    void whatIsNoRequestIsRefused() {
        for (String wrong : new String[] {
            "",
            "01",
            "02" + "0000000000000102" + "00001388" + "06" + "737461747573", // an answer's kind
            "01" + "0000000000000102" + "00000000" + "06" + "737461747573", // waits for nothing
            "01" + "0000000000000102" + "ffffffff" + "06" + "737461747573", // waits for weeks
            "01" + "0000000000000102" + "00001388" + "ff" + "737461747573", // a name longer than the frame
            "01" + "0000000000000102" + "00001388" + "00", // no name
            "01" + "0000000000000102" + "00001388" + "02" + "0a1b", // a name that would forge lines
        }) {
            assertThrows(MalformedFrameException.class, () -> OperatorCodec.request(hex(wrong)), wrong);
        }
        ByteBuf huge = Unpooled.wrappedBuffer(new byte[OperatorCodec.MAX_REQUEST_BYTES + 1]);
        assertThrows(MalformedFrameException.class, () -> OperatorCodec.request(huge));
    }

    @Test
    void rubbishIsMalformedAndNothingElse() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] rubbish = new byte[random.nextInt(60)];
            random.nextBytes(rubbish);
            if (rubbish.length > 0) {
                rubbish[0] = (byte) (1 + i % 2);
            }
            try {
                OperatorCodec.request(Unpooled.wrappedBuffer(rubbish));
            } catch (MalformedFrameException expected) {
                // the link ends
            }
            try {
                OperatorCodec.answer(Unpooled.wrappedBuffer(rubbish));
            } catch (MalformedFrameException expected) {
                // as above
            }
        }
    }

    @Test
    void argumentsAreAnObjectOfStrings() {
        Json json = new Json();
        assertEquals("true", json.arguments(bytes("{\"all\":\"true\"}")).get("all"));
        for (String wrong : new String[] {"", "[]", "null", "{", "{\"a\":1}", "{\"a\":" + "[".repeat(10_000)}) {
            assertThrows(IllegalArgumentException.class, () -> json.arguments(bytes(wrong)), wrong);
        }
    }
}
