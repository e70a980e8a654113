package io.holdfast.replication.wire;

import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
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
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Voters' messages as frames: one byte for the kind, then the fields as big-endian 64-bit numbers, booleans as one byte.
 * An append's batches follow its fields as they are, and so do a chunk's bytes (see {@code docs/formats.md}).
 */
public final class RaftCodec {
    /** The longest message without batches. */
    private static final int MAX_FIXED = 64;

    /** Of the last epoch; half of its terms are left for elections to come. */
    private static final long MAX_TERM =
            FencingToken.of(Short.MAX_VALUE, 1L << 47).value();
    /** As the longest election time-out that can be set. */
    private static final long MAX_PROMISE_NANOS = 60_000_000_000L;
    /** The longest time for callbacks to stop. */
    private static final long MAX_STOP_NANOS = 600_000_000_000L;
    /** As it is told: in steps of an election time-out. */
    private static final long MAX_TOLD_NANOS = MAX_STOP_NANOS + MAX_PROMISE_NANOS;
    /** All of that, and a quarter for clocks that differ. */
    private static final long MAX_WAIT_NANOS = 2 * MAX_PROMISE_NANOS + MAX_TOLD_NANOS + MAX_TOLD_NANOS / 4;
    /** Of a heartbeat and a vote's answer of a release that does not tell how long a master may go on. */
    private static final int HEARTBEAT_WITHOUT = 32;

    private static final int VOTE_WITHOUT = 17;
    /** Of a heartbeat's answer of who supports no level but the base. */
    private static final int REPLY_WITHOUT = 26;

    private RaftCodec() {}

    /** Encodes everything but an append's batches and a chunk's bytes, which the caller adds. */
    public static ByteBuf encode(ByteBufAllocator allocator, RaftMessage message) {
        ByteBuf out = allocator.directBuffer(MAX_FIXED);
        if (message instanceof AppendRequest m) {
            out.writeByte(1).writeLong(m.term()).writeLong(m.prevIndex());
            out.writeLong(m.prevTerm()).writeLong(m.commit());
        } else if (message instanceof AppendAccepted m) {
            out.writeByte(2).writeLong(m.term()).writeLong(m.received()).writeLong(m.durable());
        } else if (message instanceof AppendRejected m) {
            out.writeByte(3).writeLong(m.term()).writeLong(m.prevIndex());
            out.writeLong(m.hintIndex()).writeLong(m.hintTerm());
        } else if (message instanceof Heartbeat m) {
            out.writeByte(4).writeLong(m.term()).writeLong(m.commit());
            out.writeLong(m.lastIndex()).writeLong(m.round());
            if (m.stopWithinNanos() != Heartbeat.UNTOLD) {
                out.writeLong(m.stopWithinNanos());
            }
        } else if (message instanceof HeartbeatReply m) {
            out.writeByte(5).writeLong(m.term()).writeLong(m.round()).writeLong(m.promiseNanos());
            out.writeByte(m.fitness().health()).writeByte(m.fitness().priority());
            if (m.level() > FeatureLevel.BASE) {
                out.writeByte(m.level());
            }
        } else if (message instanceof PreVoteRequest m) {
            out.writeByte(6).writeLong(m.term()).writeLong(m.lastIndex()).writeLong(m.lastTerm());
        } else if (message instanceof PreVoteReply m) {
            out.writeByte(7).writeLong(m.term()).writeBoolean(m.granted());
        } else if (message instanceof VoteRequest m) {
            out.writeByte(8).writeLong(m.term()).writeLong(m.lastIndex()).writeLong(m.lastTerm());
            out.writeBoolean(m.transfer());
        } else if (message instanceof VoteReply m) {
            out.writeByte(9).writeLong(m.term()).writeBoolean(m.granted()).writeLong(m.promiseNanos());
            if (m.actsNanos() != VoteReply.UNTOLD) {
                out.writeLong(m.actsNanos());
            }
        } else if (message instanceof ReadIndexRequest m) {
            out.writeByte(10).writeLong(m.term()).writeLong(m.id());
        } else if (message instanceof ReadIndexReply m) {
            out.writeByte(11).writeLong(m.term()).writeLong(m.id()).writeLong(m.index());
        } else if (message instanceof LogStatusRequest m) {
            out.writeByte(12).writeLong(m.term());
        } else if (message instanceof LogStatusReply m) {
            out.writeByte(13).writeLong(m.term()).writeLong(m.lastIndex()).writeLong(m.lastTerm());
            if (m.members() != null) {
                out.writeBytes(m.members().encode());
            }
        } else if (message instanceof SnapshotOffer m) {
            out.writeByte(14).writeLong(m.term()).writeLong(m.index());
            out.writeLong(m.indexTerm()).writeLong(m.bytes());
        } else if (message instanceof SnapshotRequest m) {
            out.writeByte(15).writeLong(m.term()).writeLong(m.index()).writeLong(m.offset());
        } else if (message instanceof SnapshotChunk m) {
            out.writeByte(16).writeLong(m.term()).writeLong(m.index()).writeLong(m.offset());
        } else if (message instanceof StateReport m) {
            out.writeByte(17).writeLong(m.term()).writeLong(m.index());
            out.writeLong(m.subject()).writeLong(m.hash());
        } else if (message instanceof Introduction m) {
            write(out.writeByte(18).writeLong(m.term()), m.sender());
            writeWish(out, m.joins(), m.level());
        } else if (message instanceof TimeoutNow m) {
            out.writeByte(19).writeLong(m.term()).writeLong(m.holdNanos()).writeLong(m.waitNanos());
        } else if (message instanceof Stranger m) {
            write(out.writeByte(21).writeLong(m.term()), m.who());
            writeWish(out, m.joins(), m.level());
        } else if (message instanceof NotMember m) {
            out.writeByte(20).writeLong(m.term()).writeLong(m.index());
        } else {
            throw new IllegalStateException("a message of an unknown kind: " + message);
        }
        return out;
    }

    /**
     * Decodes a frame.
     *
     * @param batches receives the batches of an append as slices of the frame, in order, each verified; or the bytes of a
     *     chunk
     * @throws MalformedFrameException if the frame is not exactly one message
     */
    public static RaftMessage decode(ByteBuf frame, List<ByteBuf> batches) {
        int kind = frame.readUnsignedByte();
        // Every message begins with a term, which is a fencing token, and leaves room for later ones.
        if (frame.readableBytes() >= 8 && frame.getLong(frame.readerIndex()) > MAX_TERM) {
            throw new MalformedFrameException("term " + frame.getLong(frame.readerIndex()));
        }
        if (kind == 1) {
            return decodeAppend(frame, batches);
        }
        if (kind == 16) {
            return decodeChunk(frame, batches);
        }
        if (kind == 13) {
            return decodeLogStatus(frame);
        }
        if (kind == 18) {
            return decodeIntroduction(frame);
        }
        if (kind == 21) {
            Introduction relayed = decodeIntroduction(frame);
            return new Stranger(relayed.term(), relayed.sender(), relayed.joins(), relayed.level());
        }
        int expected =
                switch (kind) {
                    case 2, 6, 11, 15, 19 -> 24;
                    case 5 -> Math.min(Math.max(frame.readableBytes(), REPLY_WITHOUT), REPLY_WITHOUT + 1);
                    case 8 -> 25;
                    case 3, 14, 17 -> 32;
                    case 4 -> frame.readableBytes() == HEARTBEAT_WITHOUT ? HEARTBEAT_WITHOUT : HEARTBEAT_WITHOUT + 8;
                    case 10, 20 -> 16;
                    case 7 -> 9;
                    case 9 -> frame.readableBytes() == VOTE_WITHOUT ? VOTE_WITHOUT : VOTE_WITHOUT + 8;
                    case 12 -> 8;
                    default -> throw new MalformedFrameException("message kind " + kind + " is not known");
                };
        if (frame.readableBytes() != expected) {
            throw new MalformedFrameException(
                    "message kind " + kind + " has " + frame.readableBytes() + " bytes instead of " + expected);
        }
        return switch (kind) {
            case 2 -> new AppendAccepted(number(frame), number(frame), number(frame));
            case 3 -> new AppendRejected(number(frame), number(frame), number(frame), number(frame));
            case 4 -> new Heartbeat(number(frame), number(frame), number(frame), number(frame), stopWithin(frame));
            case 5 ->
                new HeartbeatReply(number(frame), number(frame), promise(number(frame)), fitness(frame), level(frame));
            case 6 -> new PreVoteRequest(number(frame), number(frame), number(frame));
            case 7 -> new PreVoteReply(number(frame), frame.readBoolean());
            case 8 -> new VoteRequest(number(frame), number(frame), number(frame), frame.readBoolean());
            case 9 -> new VoteReply(number(frame), frame.readBoolean(), leftOfPromise(frame), acts(frame));
            case 10 -> new ReadIndexRequest(number(frame), frame.readLong());
            case 11 -> new ReadIndexReply(number(frame), frame.readLong(), number(frame));
            case 12 -> new LogStatusRequest(number(frame));
            case 14 -> new SnapshotOffer(number(frame), positive(frame), positive(frame), positive(frame));
            case 15 -> new SnapshotRequest(number(frame), positive(frame), number(frame));
            case 19 -> new TimeoutNow(number(frame), promise(number(frame)), waiting(frame));
            case 20 -> new NotMember(number(frame), positive(frame));
            default -> new StateReport(number(frame), positive(frame), positive(frame), frame.readLong());
        };
    }

    private static SnapshotChunk decodeChunk(ByteBuf frame, List<ByteBuf> bytes) {
        if (frame.readableBytes() <= 24) {
            throw new MalformedFrameException("a chunk of a snapshot in " + frame.readableBytes() + " bytes");
        }
        long term = number(frame);
        long index = positive(frame);
        long offset = number(frame);
        int length = frame.readableBytes();
        bytes.add(frame.readSlice(length));
        return new SnapshotChunk(term, index, offset, length);
    }

    private static AppendRequest decodeAppend(ByteBuf frame, List<ByteBuf> batches) {
        if (frame.readableBytes() < 32) {
            throw new MalformedFrameException("an append of " + frame.readableBytes() + " bytes");
        }
        long term = number(frame);
        long prevIndex = number(frame);
        long prevTerm = number(frame);
        long commit = number(frame);
        List<BatchMeta> metas = BatchFrames.slice(frame, batches);
        long lastIndex = prevIndex;
        long lastTerm = prevTerm;
        for (BatchMeta meta : metas) {
            if (meta.firstIndex() != lastIndex + 1 || meta.term() < lastTerm || meta.term() > term) {
                throw new MalformedFrameException(
                        meta + " does not follow (" + lastIndex + ", " + lastTerm + ") in an append of term " + term);
            }
            lastIndex = meta.lastIndex();
            lastTerm = meta.term();
        }
        return new AppendRequest(term, prevIndex, prevTerm, commit, metas, configurations(batches));
    }

    private static Map<Long, Configuration> configurations(List<ByteBuf> batches) {
        Map<Long, Configuration> configurations = Map.of();
        for (ByteBuf batch : batches) {
            Configuration configuration;
            try {
                configuration = Batch.configuration(batch);
            } catch (IllegalArgumentException e) {
                throw new MalformedFrameException("batch " + Batch.meta(batch) + ": " + e.getMessage());
            }
            if (configuration != null) {
                if (configurations.isEmpty()) {
                    configurations = new HashMap<>();
                }
                configurations.put(Batch.firstIndex(batch), configuration);
            }
        }
        return configurations;
    }

    private static LogStatusReply decodeLogStatus(ByteBuf frame) {
        if (frame.readableBytes() < 24) {
            throw new MalformedFrameException("the end of a log in " + frame.readableBytes() + " bytes");
        }
        try {
            return new LogStatusReply(
                    number(frame),
                    number(frame),
                    number(frame),
                    frame.isReadable() ? Configuration.decode(frame.nioBuffer()) : null);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("the end of a log with members that cannot be read: " + e.getMessage());
        }
    }

    private static Introduction decodeIntroduction(ByteBuf frame) {
        try {
            long term = number(frame);
            ByteBuffer bytes = frame.nioBuffer();
            Voter sender = Voter.read(bytes);
            int wish = bytes.hasRemaining() ? bytes.get() : 0;
            int level = bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get()) : FeatureLevel.BASE;
            if (wish != 0 && wish != 1) {
                throw new MalformedFrameException("an introduction of " + sender + " with an unknown wish");
            }
            Introduction introduction = new Introduction(term, sender, wish == 1, FeatureLevel.check(level));
            if (bytes.hasRemaining()) {
                throw new MalformedFrameException(bytes.remaining() + " bytes too many after " + introduction);
            }
            return introduction;
        } catch (IllegalArgumentException | BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new MalformedFrameException("an introduction that cannot be read: " + e.getMessage());
        }
    }

    private static void write(ByteBuf out, Voter voter) {
        try (DataOutputStream bytes = new DataOutputStream(new ByteBufOutputStream(out))) {
            voter.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be, in memory", e);
        }
    }

    private static void writeWish(ByteBuf out, boolean joins, int level) {
        if (joins || level > FeatureLevel.BASE) {
            out.writeBoolean(joins);
        }
        if (level > FeatureLevel.BASE) {
            out.writeByte(level);
        }
    }

    private static int level(ByteBuf frame) {
        int level = frame.isReadable() ? frame.readUnsignedByte() : FeatureLevel.BASE;
        if (level < FeatureLevel.BASE) {
            throw new MalformedFrameException("a level of " + level);
        }
        return level;
    }

    private static long positive(ByteBuf frame) {
        long value = number(frame);
        if (value == 0) {
            throw new MalformedFrameException("a zero where none can be");
        }
        return value;
    }

    /** Nobody may hold a new master up for longer. */
    private static long promise(long nanos) {
        if (nanos > MAX_PROMISE_NANOS) {
            throw new MalformedFrameException("a promise of " + nanos + " ns");
        }
        return nanos;
    }

    private static long leftOfPromise(ByteBuf frame) {
        long nanos = promise(frame.readLong());
        if (nanos < VoteReply.NO_PROMISE) {
            throw new MalformedFrameException("a promise that ended " + -nanos + " ns ago");
        }
        return nanos;
    }

    private static long stopWithin(ByteBuf frame) {
        if (!frame.isReadable()) {
            return Heartbeat.UNTOLD;
        }
        long nanos = number(frame);
        if (nanos > MAX_TOLD_NANOS) {
            throw new MalformedFrameException("a master that takes " + nanos + " ns to stop");
        }
        return nanos;
    }

    private static long acts(ByteBuf frame) {
        if (!frame.isReadable()) {
            return VoteReply.UNTOLD;
        }
        long nanos = frame.readLong();
        if (nanos > MAX_WAIT_NANOS || nanos < VoteReply.NO_PROMISE) {
            throw new MalformedFrameException("a master that acts for " + nanos + " ns");
        }
        return nanos;
    }

    private static long waiting(ByteBuf frame) {
        long nanos = number(frame);
        if (nanos > MAX_WAIT_NANOS) {
            throw new MalformedFrameException("a wait of " + nanos + " ns");
        }
        return nanos;
    }

    private static Fitness fitness(ByteBuf frame) {
        try {
            return new Fitness(frame.readByte(), frame.readByte());
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("the sender's fitness is not known: " + e.getMessage());
        }
    }

    private static long number(ByteBuf frame) {
        long value = frame.readLong();
        if (value < 0) {
            throw new MalformedFrameException("a negative number: " + value);
        }
        return value;
    }
}
