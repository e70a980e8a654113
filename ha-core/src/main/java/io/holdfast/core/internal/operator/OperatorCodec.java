package io.holdfast.core.internal.operator;

import io.holdfast.core.internal.operator.OperatorFrame.Answer;
import io.holdfast.core.internal.operator.OperatorFrame.Request;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The bytes of an {@link OperatorFrame}. Decoding allocates no more than the frame is long, and that is bounded. */
final class OperatorCodec {
    static final int MAX_REQUEST_BYTES = 64 << 10;
    static final int MAX_ANSWER_BYTES = 4 << 20;
    static final long MAX_TIMEOUT_MILLIS = 3_600_000;

    private static final int REQUEST = 1;
    private static final int ANSWER = 2;
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

    private OperatorCodec() {}

    /** Encodes into a heap buffer of its own, which the caller owns. */
    static ByteBuf encode(OperatorFrame frame) {
        ByteBuf out = Unpooled.buffer(256);
        if (frame instanceof Request request) {
            out.writeByte(REQUEST).writeLong(request.id()).writeInt((int) request.timeoutMillis());
            byte[] name = request.command().getBytes(StandardCharsets.US_ASCII);
            out.writeByte(name.length).writeBytes(name).writeBytes(request.arguments());
        } else if (frame instanceof Answer answer) {
            out.writeByte(ANSWER).writeLong(answer.id()).writeByte(answer.code().wire());
            out.writeBytes(answer.body());
        } else {
            throw new IllegalStateException("a frame of an unknown kind: " + frame);
        }
        return out;
    }

    /** @throws MalformedFrameException if the frame is none of an operator's */
    static Request request(ByteBuf in) {
        need(in, REQUEST, MAX_REQUEST_BYTES, 14);
        long id = in.readLong();
        long timeout = in.readUnsignedInt();
        if (timeout < 1 || timeout > MAX_TIMEOUT_MILLIS) {
            throw new MalformedFrameException("an operator waits for " + timeout + " ms");
        }
        int length = in.readUnsignedByte();
        if (length > in.readableBytes()) {
            throw new MalformedFrameException(
                    "the name of a command has " + length + " bytes, and " + in.readableBytes() + " are left");
        }
        String name = in.readCharSequence(length, StandardCharsets.US_ASCII).toString();
        if (!NAME.matcher(name).matches()) {
            throw new MalformedFrameException(
                    "the name of a command is not 1 to 64 lower-case letters, digits and hyphens");
        }
        return new Request(id, timeout, name, rest(in));
    }

    /** @throws MalformedFrameException if the frame is no node's answer */
    static Answer answer(ByteBuf in) {
        need(in, ANSWER, MAX_ANSWER_BYTES + 64, 10);
        return new Answer(in.readLong(), AnswerCode.of(in.readUnsignedByte()), rest(in));
    }

    private static void need(ByteBuf in, int kind, int most, int least) {
        if (in.readableBytes() > most || in.readableBytes() < least) {
            throw new MalformedFrameException("an operator's frame of " + in.readableBytes() + " bytes; " + least
                    + " to " + most + " are allowed");
        }
        int found = in.readUnsignedByte();
        if (found != kind) {
            throw new MalformedFrameException("an operator's frame of kind " + found + " where " + kind + " belongs");
        }
    }

    private static byte[] rest(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return bytes;
    }
}
