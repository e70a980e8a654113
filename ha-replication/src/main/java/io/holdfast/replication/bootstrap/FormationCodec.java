package io.holdfast.replication.bootstrap;

import io.holdfast.core.Address;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Printable;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Formation messages as frames; see {@code docs/formats.md}. */
final class FormationCodec {
    private static final int MAX_TEXT = 1024;

    private FormationCodec() {}

    static ByteBuf encode(ByteBufAllocator allocator, FormationMessage message) {
        ByteBuf out = allocator.directBuffer(256);
        if (message instanceof FormationMessage.Plan m) {
            writePlan(out.writeByte(1), m.clusterId(), m.voters());
            writeLevel(out, m.level());
        } else if (message instanceof FormationMessage.Agreed m) {
            writePlan(out.writeByte(2), m.clusterId(), m.voters());
            writeLevel(out, m.level());
        } else if (message instanceof FormationMessage.Formed m) {
            writePlan(out.writeByte(3), m.clusterId(), m.voters());
            writeId(out, m.logId());
            if (m.level() > FeatureLevel.BASE) {
                out.writeByte(m.formedLevel());
                out.writeByte(m.level());
            }
        } else if (message instanceof FormationMessage.Refusal m) {
            writeText(out.writeByte(4), m.reason());
        } else {
            throw new IllegalStateException("a message of an unknown kind: " + message);
        }
        return out;
    }

    static FormationMessage decode(ByteBuf in) {
        try {
            int kind = in.readUnsignedByte();
            FormationMessage message =
                    switch (kind) {
                        case 1 -> new FormationMessage.Plan(readId(in), readVoters(in), readLevel(in));
                        case 2 -> new FormationMessage.Agreed(readId(in), readVoters(in), readLevel(in));
                        case 3 -> readFormed(in);
                        case 4 -> new FormationMessage.Refusal(Printable.of(readText(in), MAX_TEXT));
                        default -> throw new MalformedFrameException("formation message " + kind + " is not known");
                    };
            if (in.isReadable()) {
                throw new MalformedFrameException(in.readableBytes() + " bytes too many after " + message);
            }
            return message;
        } catch (IndexOutOfBoundsException e) {
            throw new MalformedFrameException("the formation message ends early: " + e.getMessage());
        }
    }

    private static FormationMessage.Formed readFormed(ByteBuf in) {
        UUID clusterId = readId(in);
        List<Voter> voters = readVoters(in);
        UUID logId = readId(in);
        try {
            Configuration.of(voters.stream().filter(voter -> !voter.isVacant()).toList());
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("voters that are none: " + e.getMessage());
        }
        int formedLevel = readLevel(in);
        int level = readLevel(in);
        if (formedLevel > level) { // it would be written down, and no start would come by it
            throw new MalformedFrameException("formed at level " + formedLevel + ", and at level " + level + " now");
        }
        return new FormationMessage.Formed(clusterId, logId, voters, formedLevel, level);
    }

    /** The base is not said. */
    private static void writeLevel(ByteBuf out, int level) {
        if (level > FeatureLevel.BASE) {
            out.writeByte(level);
        }
    }

    private static int readLevel(ByteBuf in) {
        int level = in.isReadable() ? in.readUnsignedByte() : FeatureLevel.BASE;
        if (level < FeatureLevel.BASE) {
            throw new MalformedFrameException("a level of " + level);
        }
        return level;
    }

    private static void writePlan(ByteBuf out, UUID clusterId, List<Voter> voters) {
        writeId(out, clusterId);
        out.writeByte(voters.size());
        for (Voter voter : voters) {
            writeText(out, voter.nodeId());
            writeId(out, voter.diskId());
            writeText(out, voter.address().toString());
        }
    }

    private static List<Voter> readVoters(ByteBuf in) {
        int count = in.readUnsignedByte();
        List<Voter> voters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            voters.add(readVoter(in));
        }
        return voters;
    }

    private static Voter readVoter(ByteBuf in) {
        String nodeId = readText(in);
        UUID diskId = readId(in);
        Address address = readAddress(in);
        try {
            return new Voter(nodeId, diskId, address);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("a voter: " + e.getMessage());
        }
    }

    private static Address readAddress(ByteBuf in) {
        try {
            return Address.parse(readText(in));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("a voter's address: " + e.getMessage());
        }
    }

    private static void writeId(ByteBuf out, UUID id) {
        out.writeLong(id.getMostSignificantBits()).writeLong(id.getLeastSignificantBits());
    }

    private static UUID readId(ByteBuf in) {
        return new UUID(in.readLong(), in.readLong());
    }

    private static void writeText(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_TEXT);
        out.writeShort(length).writeBytes(bytes, 0, length);
    }

    private static String readText(ByteBuf in) {
        int length = in.readUnsignedShort();
        if (length > MAX_TEXT) {
            throw new MalformedFrameException("a text of " + length + " bytes");
        }
        return in.readSlice(length).toString(StandardCharsets.UTF_8);
    }
}
