package io.holdfast.membership.wire;

import io.holdfast.core.MemberState;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamMessage.StreamAck;
import io.holdfast.membership.wire.StreamMessage.StreamPing;
import io.holdfast.membership.wire.StreamMessage.TablePart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Frames of streams: a version byte, a kind byte, the body. A table takes as many frames as it needs. */
public final class StreamCodec {
    /** No frame is larger. */
    public static final int MAX_FRAME_BYTES = 60 * 1024;

    /** Version, kind, flags, and the longest number. */
    private static final int SIGHTINGS_HEADER_BYTES = 3 + 9;

    private static final int MAX_ENTRIES_IN_FRAME = 8 * 1024;
    private static final long MAX_AGE_SECONDS = 1L << 32;
    private static final List<MemberState> STATES =
            List.of(MemberState.ALIVE, MemberState.SUSPECT, MemberState.DEAD, MemberState.LEFT);
    private static final int FORGOTTEN = STATES.size();

    private StreamCodec() {}

    /** Writes {@code table} as frames, each handed to {@code frames}, which owns it then. */
    public static void encodeTable(
            ByteBufAllocator allocator, boolean answer, SwimTable table, Consumer<ByteBuf> frames) {
        List<SwimTable.Entry> part = new ArrayList<>();
        int header = 3 + MemberCodec.size(table.from());
        int size = header;
        for (SwimTable.Entry entry : table.entries()) {
            int more = 1 + Primitives.varintSize(entry.ageSeconds()) + MemberCodec.size(entry.member());
            if (size + more > MAX_FRAME_BYTES || part.size() >= MAX_ENTRIES_IN_FRAME) {
                frames.accept(encode(allocator, new TablePart(answer, false, table.from(), part)));
                part.clear();
                size = header;
            }
            part.add(entry);
            size += more;
        }
        frames.accept(encode(allocator, new TablePart(answer, true, table.from(), part)));
    }

    /**
     * Cuts what a member sees into as many frames as it takes, which have no numbers yet.
     *
     * @param whole whether that is all that it sees
     */
    public static void cut(boolean whole, List<Sighting> all, Consumer<StreamMessage.Sightings> frames) {
        List<Sighting> part = new ArrayList<>();
        int size = SIGHTINGS_HEADER_BYTES;
        boolean first = whole;
        for (Sighting sighting : all) {
            int more = 1 + MemberCodec.size(sighting.member());
            if (size + more > MAX_FRAME_BYTES || part.size() >= MAX_ENTRIES_IN_FRAME) {
                frames.accept(new StreamMessage.Sightings(first, false, 0, List.copyOf(part)));
                first = false;
                part.clear();
                size = SIGHTINGS_HEADER_BYTES;
            }
            part.add(sighting);
            size += more;
        }
        frames.accept(new StreamMessage.Sightings(first, true, 0, List.copyOf(part)));
    }

    /** Writes one frame. */
    public static ByteBuf encode(ByteBufAllocator allocator, StreamMessage message) {
        ByteBuf out = allocator.buffer(256);
        out.writeByte(SwimCodec.VERSION);
        if (message instanceof TablePart m) {
            out.writeByte(1).writeByte((m.answer() ? 1 : 0) | (m.last() ? 2 : 0));
            MemberCodec.write(out, m.from());
            for (SwimTable.Entry entry : m.entries()) {
                out.writeByte(STATES.indexOf(entry.state()));
                Primitives.writeVarint(out, entry.ageSeconds());
                MemberCodec.write(out, entry.member());
            }
        } else if (message instanceof StreamPing m) {
            out.writeByte(2).writeLong(m.challenge());
            Primitives.writeText(out, m.target());
            out.writeLong(m.boot());
        } else if (message instanceof StreamAck m) {
            out.writeByte(3).writeLong(m.challenge());
        } else if (message instanceof StreamMessage.Follow) {
            out.writeByte(4);
        } else if (message instanceof StreamMessage.Sightings m) {
            out.writeByte(5).writeByte((m.whole() ? 1 : 0) | (m.last() ? 2 : 0));
            Primitives.writeVarint(out, m.number());
            for (Sighting sighting : m.entries()) {
                MemberState state = sighting.state();
                out.writeByte(state == null ? FORGOTTEN : STATES.indexOf(state));
                MemberCodec.write(out, sighting.member());
            }
        } else {
            out.release();
            throw new IllegalStateException("not encoded: " + message);
        }
        return out;
    }

    /**
     * Reads one frame.
     *
     * @throws MalformedFrameException if it is not exactly a frame of this protocol
     */
    public static StreamMessage decode(ByteBuf in) {
        if (in.readableBytes() > MAX_FRAME_BYTES) {
            throw new MalformedFrameException("a frame of " + in.readableBytes() + " bytes");
        }
        try {
            int version = in.readUnsignedByte();
            if (version != SwimCodec.VERSION) {
                throw new MalformedFrameException("a frame of version " + version + ", not " + SwimCodec.VERSION);
            }
            int kind = in.readUnsignedByte();
            StreamMessage message =
                    switch (kind) {
                        case 1 -> readTable(in);
                        case 2 -> new StreamPing(in.readLong(), Primitives.readId(in), in.readLong());
                        case 3 -> new StreamAck(in.readLong());
                        case 4 -> new StreamMessage.Follow();
                        case 5 -> readSightings(in);
                        default -> {
                            in.skipBytes(in.readableBytes());
                            yield new StreamMessage.Unknown(kind);
                        }
                    };
            if (in.isReadable()) {
                throw new MalformedFrameException(in.readableBytes() + " bytes too many in kind " + kind);
            }
            return message;
        } catch (IndexOutOfBoundsException e) {
            throw new MalformedFrameException("the frame ends early: " + e.getMessage());
        }
    }

    private static TablePart readTable(ByteBuf in) {
        int flags = in.readUnsignedByte();
        if (flags > 3) {
            throw new MalformedFrameException("flags " + flags + " of a table");
        }
        MemberInfo from = MemberCodec.read(in);
        List<SwimTable.Entry> entries = new ArrayList<>();
        while (in.isReadable()) {
            int state = in.readUnsignedByte();
            if (state >= STATES.size() || entries.size() >= MAX_ENTRIES_IN_FRAME) {
                throw new MalformedFrameException("entry " + entries.size() + " of a table, of state " + state);
            }
            long age = Primitives.readVarint(in);
            if (age > MAX_AGE_SECONDS) {
                throw new MalformedFrameException("gone for " + age + " s");
            }
            entries.add(new SwimTable.Entry(MemberCodec.read(in), STATES.get(state), age));
        }
        return new TablePart((flags & 1) != 0, (flags & 2) != 0, from, entries);
    }

    private static StreamMessage.Sightings readSightings(ByteBuf in) {
        int flags = in.readUnsignedByte();
        if (flags > 3) {
            throw new MalformedFrameException("flags " + flags + " of what a member sees");
        }
        long number = Primitives.readVarint(in);
        List<Sighting> entries = new ArrayList<>();
        while (in.isReadable()) {
            int state = in.readUnsignedByte();
            if (state > FORGOTTEN || entries.size() >= MAX_ENTRIES_IN_FRAME) {
                throw new MalformedFrameException(
                        "entry " + entries.size() + " of what a member sees, of state " + state);
            }
            entries.add(new Sighting(MemberCodec.read(in), state == FORGOTTEN ? null : STATES.get(state)));
        }
        return new StreamMessage.Sightings((flags & 1) != 0, (flags & 2) != 0, number, entries);
    }
}
