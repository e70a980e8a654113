package io.holdfast.core.internal.link;

import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Printable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The bytes of a {@link Handshake}, as {@code docs/formats.md} lays them down. Decoding reads no further than
 * the frame, allocates no more than the frame is long, and takes nothing that it does not understand, save what a later
 * version may have added at the end.
 */
final class HandshakeCodec {
    static final int HELLO = 0x48464831; // HFH1
    static final int WELCOME = 0x48465731; // HFW1
    static final int REJECT = 0x48465231; // HFR1
    static final int MAX_REJECT_TEXT_BYTES = 1024;

    static final int MAX_FRAME_BYTES = 4096;
    private static final int MEMBER = 1;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private HandshakeCodec() {}

    /** Encodes into a heap buffer of its own, which the caller owns. */
    static ByteBuf encode(Handshake handshake) {
        ByteBuf out = Unpooled.buffer(128, MAX_FRAME_BYTES);
        if (handshake instanceof Hello hello) {
            out.writeInt(HELLO);
            out.writeByte(hello.lowestVersion());
            out.writeByte(hello.highestVersion());
            out.writeByte(hello.protocol());
            out.writeByte(hello.member() ? MEMBER : 0);
            writeName(out, hello.clusterName());
            writeUuid(out, hello.clusterId());
            writeName(out, hello.nodeId());
            writeUuid(out, hello.diskId());
            writeName(out, hello.expectedNodeId());
        } else if (handshake instanceof Welcome welcome) {
            out.writeInt(WELCOME);
            out.writeByte(welcome.version());
            writeUuid(out, welcome.clusterId());
            writeName(out, welcome.nodeId());
            writeUuid(out, welcome.diskId());
            out.writeByte(welcome.member() ? MEMBER : 0);
        } else if (handshake instanceof Reject reject) {
            out.writeInt(REJECT);
            out.writeByte(reject.code().wire());
            byte[] text = reject.text().getBytes(StandardCharsets.UTF_8);
            int length = wholeCharacters(text, MAX_REJECT_TEXT_BYTES);
            out.writeShort(length);
            out.writeBytes(text, 0, length);
        } else {
            throw new IllegalStateException("a handshake of an unknown kind: " + handshake);
        }
        return out;
    }

    /** @throws MalformedFrameException if the frame is no handshake */
    static Handshake decode(ByteBuf frame) {
        if (frame.readableBytes() > MAX_FRAME_BYTES) {
            throw new MalformedFrameException(
                    "a handshake has at most " + MAX_FRAME_BYTES + " bytes, this frame has " + frame.readableBytes());
        }
        need(frame, 4, "magic");
        int magic = frame.readInt();
        return switch (magic) {
            case HELLO -> hello(frame);
            case WELCOME -> welcome(frame);
            case REJECT -> reject(frame);
            default ->
                throw new MalformedFrameException("no handshake: it begins with 0x" + Integer.toHexString(magic));
        };
    }

    private static Hello hello(ByteBuf in) {
        need(in, 4, "versions, protocol and flags");
        int lowest = in.readUnsignedByte();
        int highest = in.readUnsignedByte();
        if (lowest < 1 || lowest > highest) {
            throw new MalformedFrameException("a hello of versions " + lowest + " to " + highest);
        }
        int protocol = in.readUnsignedByte();
        boolean member = (in.readUnsignedByte() & MEMBER) != 0;
        boolean tool = protocol == HandshakeRules.OPERATORS && !member;
        String clusterName = tool ? readNameOrEmpty(in, "cluster name") : readName(in, "cluster name");
        UUID clusterId = readUuid(in, "cluster id");
        String nodeId = readName(in, "node id");
        UUID diskId = readUuid(in, "disk id");
        String expected = readNameOrEmpty(in, "expected node id");
        // A later version may add fields at the end, and must still be understood in what version 1 has.
        if (in.isReadable() && highest <= Handshake.HIGHEST_VERSION) {
            throw new MalformedFrameException(in.readableBytes() + " bytes too many after a hello");
        }
        return new Hello(lowest, highest, protocol, member, clusterName, clusterId, nodeId, diskId, expected);
    }

    private static Welcome welcome(ByteBuf in) {
        need(in, 1, "version");
        int version = in.readUnsignedByte();
        UUID clusterId = readUuid(in, "cluster id");
        String nodeId = readName(in, "node id");
        UUID diskId = readUuid(in, "disk id");
        need(in, 1, "flags");
        boolean member = (in.readUnsignedByte() & MEMBER) != 0;
        if (in.isReadable()) {
            throw new MalformedFrameException(in.readableBytes() + " bytes too many after a welcome");
        }
        return new Welcome(version, clusterId, nodeId, diskId, member);
    }

    private static Reject reject(ByteBuf in) {
        need(in, 3, "code and length of the text");
        RejectCode code = RejectCode.of(in.readUnsignedByte());
        int length = in.readUnsignedShort();
        if (length > MAX_REJECT_TEXT_BYTES) {
            throw new MalformedFrameException(
                    "a reject with a text of " + length + " bytes, " + MAX_REJECT_TEXT_BYTES + " are allowed");
        }
        need(in, length, "text");
        return new Reject(
                code,
                Printable.of(in.readCharSequence(length, StandardCharsets.UTF_8).toString(), length));
    }

    private static int wholeCharacters(byte[] utf8, int limit) {
        if (utf8.length <= limit) {
            return utf8.length;
        }
        int end = limit;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return end;
    }

    private static void writeName(ByteBuf out, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.writeByte(utf8.length);
        out.writeBytes(utf8);
    }

    private static void writeUuid(ByteBuf out, UUID id) {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    private static UUID readUuid(ByteBuf in, String what) {
        need(in, 16, what);
        return new UUID(in.readLong(), in.readLong());
    }

    private static String readName(ByteBuf in, String what) {
        String name = readNameOrEmpty(in, what);
        if (name.isEmpty()) {
            throw new MalformedFrameException("an empty " + what + " in a handshake");
        }
        return name;
    }

    private static String readNameOrEmpty(ByteBuf in, String what) {
        need(in, 1, "length of the " + what);
        int length = in.readUnsignedByte();
        need(in, length, what);
        String name = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw new MalformedFrameException(
                    "the " + what + " in a handshake is not 1 to 64 letters, digits, dots, hyphens and underscores");
        }
        return name;
    }

    private static void need(ByteBuf in, int bytes, String what) {
        if (in.readableBytes() < bytes) {
            throw new MalformedFrameException("a handshake ends before its " + what + ": " + in.readableBytes()
                    + " bytes are left where " + bytes + " are needed");
        }
    }
}
