package io.holdfast.membership.wire;

import io.holdfast.core.Address;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.MemberInfo;
import io.netty.buffer.ByteBuf;

/** What a member says of itself, in datagrams and in tables. */
final class MemberCodec {
    private MemberCodec() {}

    static int size(MemberInfo member) {
        return Primitives.textSize(member.id())
                + Long.BYTES
                + Primitives.varintSize(member.incarnation())
                + Primitives.addressSize(member.address())
                + 1
                + Primitives.bytesSize(member.metadata());
    }

    static void write(ByteBuf out, MemberInfo member) {
        Primitives.writeText(out, member.id());
        out.writeLong(member.boot());
        Primitives.writeVarint(out, member.incarnation());
        Primitives.writeAddress(out, member.address());
        out.writeByte(member.flags());
        Primitives.writeBytes(out, member.metadata());
    }

    static MemberInfo read(ByteBuf in) {
        String id = Primitives.readId(in);
        long boot = in.readLong();
        long incarnation = readIncarnation(in);
        Address address = Primitives.readAddress(in);
        int flags = in.readUnsignedByte();
        byte[] metadata = Primitives.readBytes(in, MemberInfo.MAX_METADATA);
        return new MemberInfo(id, boot, incarnation, address, flags, metadata);
    }

    static long readIncarnation(ByteBuf in) {
        long incarnation = Primitives.readVarint(in);
        if (incarnation < 1 || incarnation > MemberInfo.MAX_INCARNATION) {
            throw new MalformedFrameException("incarnation " + incarnation);
        }
        return incarnation;
    }
}
