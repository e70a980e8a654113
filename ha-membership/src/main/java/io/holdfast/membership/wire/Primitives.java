package io.holdfast.membership.wire;

import io.holdfast.core.Address;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Numbers of variable length (seven bits a byte, the lowest first), texts and bytes with their length before them. */
final class Primitives {
    static final int MAX_TEXT_BYTES = 255;
    private static final int MAX_ID_BYTES = 64;

    private Primitives() {}

    static int varintSize(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    static void writeVarint(ByteBuf out, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("a negative number: " + value);
        }
        long rest = value;
        while (rest > 0x7f) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readVarint(ByteBuf in) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int read = in.readUnsignedByte();
            value |= (long) (read & 0x7f) << shift;
            if (read < 0x80) {
                return value;
            }
        }
        throw new MalformedFrameException("a number of more than 63 bits");
    }

    static int readLength(ByteBuf in, int max) {
        long length = readVarint(in);
        if (length > max) {
            throw new MalformedFrameException("a length of " + length + ", of at most " + max);
        }
        return (int) length;
    }

    static boolean readFlag(ByteBuf in) {
        int value = in.readUnsignedByte();
        if (value > 1) {
            throw new MalformedFrameException("a flag of " + value);
        }
        return value == 1;
    }

    static int textSize(String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        return varintSize(bytes) + bytes;
    }

    static void writeText(ByteBuf out, String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("a text of " + bytes + " bytes, of at most " + MAX_TEXT_BYTES);
        }
        writeVarint(out, bytes);
        ByteBufUtil.writeUtf8(out, text);
    }

    static String readText(ByteBuf in, int maxBytes) {
        byte[] bytes = readBytes(in, maxBytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrameException("a text that is no UTF-8");
        }
    }

    static String readId(ByteBuf in) {
        String id = readIdOrNothing(in);
        if (id.isEmpty()) {
            throw new MalformedFrameException("an empty id");
        }
        return id;
    }

    /** An id, which is shown in logs and made a {@code Node} of, or an empty text. */
    static String readIdOrNothing(ByteBuf in) {
        String id = readText(in, MAX_ID_BYTES);
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '-'
                    || c == '_';
            if (!allowed) {
                throw new MalformedFrameException("an id whose character " + (i + 1) + " is none of an id");
            }
        }
        return id;
    }

    static int bytesSize(byte[] bytes) {
        return varintSize(bytes.length) + bytes.length;
    }

    static void writeBytes(ByteBuf out, byte[] bytes) {
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    static byte[] readBytes(ByteBuf in, int max) {
        int length = readLength(in, max);
        if (length > in.readableBytes()) {
            throw new MalformedFrameException(length + " bytes of " + in.readableBytes());
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    static int addressSize(Address address) {
        return textSize(address.host()) + Short.BYTES;
    }

    static void writeAddress(ByteBuf out, Address address) {
        writeText(out, address.host());
        out.writeShort(address.port());
    }

    static Address readAddress(ByteBuf in) {
        String host = readText(in, MAX_TEXT_BYTES);
        int port = in.readUnsignedShort();
        if (port == 0) {
            throw new MalformedFrameException("an address with port 0");
        }
        try {
            return new Address(host, port);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("an address that is none: " + e.getMessage());
        }
    }
}
