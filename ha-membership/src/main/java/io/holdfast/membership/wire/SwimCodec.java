package io.holdfast.membership.wire;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.SwimMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Datagrams: a version byte, then messages, each a kind byte, its length and its body. A kind that is not known is passed over, so
 * that later versions can add some; a version that is not known, and anything that does not add up, is malformed.
 */
public final class SwimCodec {
    /** What this version writes and reads. */
    static final int VERSION = 1;
    /** Bytes of a datagram beside its messages. */
    public static final int HEADER_BYTES = 1;

    private static final int MAX_MESSAGES = 4096;
    private static final long MAX_AGE_NANOS = Long.MAX_VALUE / 4;

    private SwimCodec() {}

    /** How many bytes {@code message} takes in a datagram. */
    public static int size(SwimMessage message) {
        int body = bodySize(message);
        return 1 + Primitives.varintSize(body) + body;
    }

    private static int bodySize(SwimMessage message) {
        if (message instanceof SwimMessage.Ping m) {
            return Primitives.varintSize(m.sequence()) + text(m.target()) + text(m.from());
        } else if (message instanceof SwimMessage.Ack m) {
            return Primitives.varintSize(m.sequence());
        } else if (message instanceof SwimMessage.Nack m) {
            return Primitives.varintSize(m.sequence());
        } else if (message instanceof SwimMessage.PingRequest m) {
            return Primitives.varintSize(m.sequence())
                    + text(m.target())
                    + Primitives.addressSize(m.address())
                    + text(m.from());
        } else if (message instanceof SwimMessage.Alive m) {
            return MemberCodec.size(m.member());
        } else if (message instanceof SwimMessage.Suspect m) {
            int size = text(m.id()) + Long.BYTES + Primitives.varintSize(m.incarnation()) + 2;
            for (String by : m.by()) {
                size += text(by);
            }
            return size;
        } else if (message instanceof SwimMessage.Dead m) {
            return text(m.id()) + Long.BYTES + Primitives.varintSize(m.incarnation()) + text(m.by());
        } else if (message instanceof SwimMessage.Left m) {
            return text(m.id()) + Long.BYTES + Primitives.varintSize(m.incarnation());
        } else if (message instanceof SwimMessage.Digest m) {
            return text(m.from()) + Long.BYTES + 1;
        } else if (message instanceof SwimMessage.Claim m) {
            return text(m.id())
                    + Long.BYTES
                    + Primitives.varintSize(m.incarnation())
                    + Primitives.varintSize(m.ageNanos())
                    + Primitives.addressSize(m.address());
        } else if (message instanceof SwimMessage.Broadcast m) {
            return text(m.origin())
                    + Long.BYTES
                    + Primitives.varintSize(m.sequence())
                    + Primitives.bytesSize(m.payload());
        } else if (message instanceof SwimMessage.Direct m) {
            return text(m.from()) + text(m.target()) + Long.BYTES + Primitives.bytesSize(m.payload());
        }
        throw new IllegalStateException("not encoded: " + message);
    }

    private static int text(String text) {
        return Primitives.textSize(text);
    }

    /** Writes a datagram. */
    public static void encode(ByteBuf out, List<SwimMessage> messages) {
        out.writeByte(VERSION);
        for (SwimMessage message : messages) {
            out.writeByte(kind(message));
            Primitives.writeVarint(out, bodySize(message));
            writeBody(out, message);
        }
    }

    private static int kind(SwimMessage message) {
        if (message instanceof SwimMessage.Ping) {
            return 1;
        } else if (message instanceof SwimMessage.Ack) {
            return 2;
        } else if (message instanceof SwimMessage.Nack) {
            return 3;
        } else if (message instanceof SwimMessage.PingRequest) {
            return 4;
        } else if (message instanceof SwimMessage.Alive) {
            return 5;
        } else if (message instanceof SwimMessage.Suspect) {
            return 6;
        } else if (message instanceof SwimMessage.Dead) {
            return 7;
        } else if (message instanceof SwimMessage.Left) {
            return 8;
        } else if (message instanceof SwimMessage.Digest) {
            return 9;
        } else if (message instanceof SwimMessage.Claim) {
            return 10;
        } else if (message instanceof SwimMessage.Broadcast) {
            return 11;
        } else if (message instanceof SwimMessage.Direct) {
            return 12;
        }
        throw new IllegalStateException("not encoded: " + message);
    }

    private static void writeBody(ByteBuf out, SwimMessage message) {
        if (message instanceof SwimMessage.Ping m) {
            Primitives.writeVarint(out, m.sequence());
            Primitives.writeText(out, m.target());
            Primitives.writeText(out, m.from());
        } else if (message instanceof SwimMessage.Ack m) {
            Primitives.writeVarint(out, m.sequence());
        } else if (message instanceof SwimMessage.Nack m) {
            Primitives.writeVarint(out, m.sequence());
        } else if (message instanceof SwimMessage.PingRequest m) {
            Primitives.writeVarint(out, m.sequence());
            Primitives.writeText(out, m.target());
            Primitives.writeAddress(out, m.address());
            Primitives.writeText(out, m.from());
        } else if (message instanceof SwimMessage.Alive m) {
            MemberCodec.write(out, m.member());
        } else if (message instanceof SwimMessage.Suspect m) {
            writeSubject(out, m.id(), m.boot(), m.incarnation());
            out.writeByte(m.refused() ? 1 : 0);
            out.writeByte(m.by().size());
            m.by().forEach(by -> Primitives.writeText(out, by));
        } else if (message instanceof SwimMessage.Dead m) {
            writeSubject(out, m.id(), m.boot(), m.incarnation());
            Primitives.writeText(out, m.by());
        } else if (message instanceof SwimMessage.Left m) {
            writeSubject(out, m.id(), m.boot(), m.incarnation());
        } else if (message instanceof SwimMessage.Digest m) {
            Primitives.writeText(out, m.from());
            out.writeLong(m.digest()).writeByte(m.answer() ? 1 : 0);
        } else if (message instanceof SwimMessage.Claim m) {
            writeSubject(out, m.id(), m.boot(), m.incarnation());
            Primitives.writeVarint(out, m.ageNanos());
            Primitives.writeAddress(out, m.address());
        } else if (message instanceof SwimMessage.Broadcast m) {
            writeSubject(out, m.origin(), m.originBoot(), m.sequence());
            Primitives.writeBytes(out, m.payload());
        } else if (message instanceof SwimMessage.Direct m) {
            Primitives.writeText(out, m.from());
            Primitives.writeText(out, m.target());
            out.writeLong(m.boot());
            Primitives.writeBytes(out, m.payload());
        }
    }

    private static void writeSubject(ByteBuf out, String id, long boot, long number) {
        Primitives.writeText(out, id);
        out.writeLong(boot);
        Primitives.writeVarint(out, number);
    }

    /**
     * Reads a datagram; what of it is not known is left out.
     *
     * @throws MalformedFrameException if it is not exactly a datagram of this protocol
     */
    public static List<SwimMessage> decode(ByteBuf in) {
        try {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new MalformedFrameException("datagram of version " + version + ", not " + VERSION);
            }
            List<SwimMessage> messages = new ArrayList<>(4);
            while (in.isReadable()) {
                int kind = in.readUnsignedByte();
                ByteBuf body = in.readSlice(Primitives.readLength(in, in.readableBytes()));
                if (messages.size() >= MAX_MESSAGES) {
                    throw new MalformedFrameException("more than " + MAX_MESSAGES + " messages");
                }
                if (kind >= 1 && kind <= 12) {
                    messages.add(readBody(kind, body));
                    if (body.isReadable()) {
                        throw new MalformedFrameException(body.readableBytes() + " bytes too many in kind " + kind);
                    }
                }
            }
            return messages;
        } catch (IndexOutOfBoundsException e) {
            throw new MalformedFrameException("the datagram ends early: " + e.getMessage());
        }
    }

    private static SwimMessage readBody(int kind, ByteBuf in) {
        return switch (kind) {
            case 1 -> new SwimMessage.Ping(Primitives.readVarint(in), Primitives.readId(in), Primitives.readId(in));
            case 2 -> new SwimMessage.Ack(Primitives.readVarint(in));
            case 3 -> new SwimMessage.Nack(Primitives.readVarint(in));
            case 4 ->
                new SwimMessage.PingRequest(
                        Primitives.readVarint(in),
                        Primitives.readId(in),
                        Primitives.readAddress(in),
                        Primitives.readId(in));
            case 5 -> new SwimMessage.Alive(MemberCodec.read(in));
            case 6 -> readSuspect(in);
            case 7 ->
                new SwimMessage.Dead(
                        Primitives.readId(in), in.readLong(), incarnation(in), Primitives.readIdOrNothing(in));
            case 8 -> new SwimMessage.Left(Primitives.readId(in), in.readLong(), incarnation(in));
            case 9 -> new SwimMessage.Digest(Primitives.readId(in), in.readLong(), Primitives.readFlag(in));
            case 10 -> readClaim(in);
            case 11 ->
                new SwimMessage.Broadcast(Primitives.readId(in), in.readLong(), Primitives.readVarint(in), payload(in));
            case 12 -> new SwimMessage.Direct(Primitives.readId(in), Primitives.readId(in), in.readLong(), payload(in));
            default -> throw new IllegalStateException("kind " + kind);
        };
    }

    private static SwimMessage readSuspect(ByteBuf in) {
        String id = Primitives.readId(in);
        long boot = in.readLong();
        long incarnation = incarnation(in);
        boolean refused = Primitives.readFlag(in);
        int count = in.readUnsignedByte();
        if (count < 1 || count > SwimMessage.Suspect.MAX_BY) {
            throw new MalformedFrameException("a suspicion by " + count + " nodes");
        }
        List<String> by = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            by.add(Primitives.readId(in));
        }
        return new SwimMessage.Suspect(id, boot, incarnation, by, refused);
    }

    private static SwimMessage readClaim(ByteBuf in) {
        String id = Primitives.readId(in);
        long boot = in.readLong();
        long incarnation = incarnation(in);
        long age = Primitives.readVarint(in);
        if (age > MAX_AGE_NANOS) {
            throw new MalformedFrameException("a claim of age " + age);
        }
        return new SwimMessage.Claim(id, boot, incarnation, age, Primitives.readAddress(in));
    }

    private static long incarnation(ByteBuf in) {
        return MemberCodec.readIncarnation(in);
    }

    private static byte[] payload(ByteBuf in) {
        return Primitives.readBytes(in, SwimMessage.Broadcast.MAX_PAYLOAD);
    }
}
