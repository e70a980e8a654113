package io.holdfast.replication.wire;

import io.holdfast.core.Address;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.holdfast.replication.wire.ClientMessage.Answers;
import io.holdfast.replication.wire.ClientMessage.Ask;
import io.holdfast.replication.wire.ClientMessage.Close;
import io.holdfast.replication.wire.ClientMessage.Command;
import io.holdfast.replication.wire.ClientMessage.CommandAnswer;
import io.holdfast.replication.wire.ClientMessage.KeepAlive;
import io.holdfast.replication.wire.ClientMessage.Open;
import io.holdfast.replication.wire.ClientMessage.Opened;
import io.holdfast.replication.wire.ClientMessage.Query;
import io.holdfast.replication.wire.ClientMessage.Read;
import io.holdfast.replication.wire.ClientMessage.Submit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The messages between a log's user and a node as frames; see {@code docs/formats.md}. */
public final class ClientCodec {
    private static final Pattern NODE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int MAX_VOTERS = 64;
    /** Bit of a command's machine. */
    private static final int TELL_STORED = 0x80;

    private ClientCodec() {}

    /** Encodes all but {@link Submit} and {@link Answers}, which are written piece by piece. */
    public static ByteBuf encode(ByteBufAllocator allocator, ClientMessage message) {
        ByteBuf out = allocator.directBuffer(64);
        if (message instanceof Open m) {
            out.writeByte(1).writeLong(m.request());
        } else if (message instanceof KeepAlive m) {
            out.writeByte(3).writeLong(m.session()).writeLong(m.answeredBelow());
        } else if (message instanceof Close m) {
            out.writeByte(4).writeLong(m.session());
        } else if (message instanceof Query m) {
            out.writeByte(5)
                    .writeLong(m.request())
                    .writeByte(m.machine())
                    .writeByte(m.freshness().kind())
                    .writeLong(m.freshness().bound())
                    .writeBytes(m.bytes());
        } else if (message instanceof Ask) {
            out.writeByte(6);
        } else if (message instanceof Announcement m) {
            out.writeByte(16).writeLong(m.term());
            writeText(out, m.master());
            out.writeByte(m.voters().size());
            m.voters().forEach((id, address) -> {
                writeText(out, id);
                writeText(out, address);
            });
        } else if (message instanceof Opened m) {
            out.writeByte(17).writeLong(m.request()).writeLong(m.session());
        } else if (message instanceof Read m) {
            out.writeByte(19)
                    .writeLong(m.request())
                    .writeByte(m.outcome().code())
                    .writeBytes(m.bytes());
        } else {
            throw new IllegalStateException("not encoded as a whole: " + message);
        }
        return out;
    }

    /** Begins a {@link Submit}; {@link #addCommand} adds to it. */
    public static ByteBuf beginSubmit(
            ByteBufAllocator allocator, long session, long answeredBelow, long firstSequence) {
        ByteBuf out = allocator.directBuffer(1024);
        return out.writeByte(2).writeLong(session).writeLong(answeredBelow).writeLong(firstSequence);
    }

    /** Adds the next command. */
    public static void addCommand(ByteBuf submit, int machine, boolean tellStored, byte[] command) {
        submit.writeInt(command.length)
                .writeByte(tellStored ? machine | TELL_STORED : machine)
                .writeBytes(command);
    }

    /** How many bytes a command of that length takes in a {@link Submit}. */
    public static int commandBytes(int length) {
        return length + 5;
    }

    /** Begins {@link Answers}; {@link #addAnswer} adds to them, and {@link #endAnswers} must follow. */
    public static ByteBuf beginAnswers(ByteBufAllocator allocator, long session) {
        return allocator.directBuffer(256).writeByte(18).writeLong(session).writeLong(0);
    }

    /** Says which index none of the answers' entries is after. */
    public static void endAnswers(ByteBuf answers, long appliedIndex) {
        answers.setLong(answers.readerIndex() + 1 + Long.BYTES, appliedIndex);
    }

    /** Adds an answer. */
    public static void addAnswer(ByteBuf answers, long sequence, Outcome outcome, byte[] bytes) {
        answers.writeLong(sequence)
                .writeByte(outcome.code())
                .writeInt(bytes.length)
                .writeBytes(bytes);
    }

    /**
     * Decodes a frame.
     *
     * @throws MalformedFrameException if it is not exactly one message
     */
    public static ClientMessage decode(ByteBuf in) {
        try {
            ClientMessage message = decodeKind(in.readUnsignedByte(), in);
            if (in.isReadable()) {
                throw new MalformedFrameException(in.readableBytes() + " bytes too many after " + message);
            }
            return message;
        } catch (IndexOutOfBoundsException e) {
            throw new MalformedFrameException("the message ends early: " + e.getMessage());
        }
    }

    private static ClientMessage decodeKind(int kind, ByteBuf in) {
        return switch (kind) {
            case 1 -> new Open(in.readLong());
            case 2 -> decodeSubmit(in);
            case 3 -> new KeepAlive(in.readLong(), in.readLong());
            case 4 -> new Close(in.readLong());
            case 5 -> new Query(in.readLong(), in.readUnsignedByte(), freshness(in), in.readSlice(in.readableBytes()));
            case 6 -> new Ask();
            case 16 -> decodeAnnouncement(in);
            case 17 -> new Opened(in.readLong(), in.readLong());
            case 18 -> decodeAnswers(in);
            case 19 -> new Read(in.readLong(), outcome(in), rest(in));
            default -> throw new MalformedFrameException("message kind " + kind + " is not known");
        };
    }

    private static Submit decodeSubmit(ByteBuf in) {
        long session = in.readLong();
        long answeredBelow = in.readLong();
        long firstSequence = in.readLong();
        List<Command> commands = new ArrayList<>();
        while (in.isReadable()) {
            int length = length(in.readInt());
            int machine = in.readUnsignedByte();
            boolean tellStored = (machine & TELL_STORED) != 0;
            commands.add(new Command(machine & ~TELL_STORED, tellStored, in.readSlice(length)));
        }
        if (firstSequence < 1 || commands.isEmpty()) {
            throw new MalformedFrameException("a submit of " + commands.size() + " commands from " + firstSequence);
        }
        return new Submit(session, answeredBelow, firstSequence, commands);
    }

    private static Announcement decodeAnnouncement(ByteBuf in) {
        long term = in.readLong();
        String master = readId(in, true);
        int count = in.readUnsignedByte();
        if (count > MAX_VOTERS) {
            throw new MalformedFrameException(count + " voters");
        }
        Map<String, String> voters = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            voters.put(readId(in, false), readAddress(in));
        }
        return new Announcement(term, master, voters);
    }

    /** Whoever gets an announcement looks for a node of that id. */
    private static String readId(ByteBuf in, boolean mayBeEmpty) {
        String id = readText(in);
        if (!(mayBeEmpty && id.isEmpty()) && !NODE_ID.matcher(id).matches()) {
            throw new MalformedFrameException("an announcement of what is no node's id");
        }
        return id;
    }

    /** Whoever gets an announcement dials what is in it, so what cannot be dialled must not get that far. */
    private static String readAddress(ByteBuf in) {
        String text = readText(in);
        try {
            Address.parse(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("a voter's address: " + e.getMessage());
        }
        return text;
    }

    private static Answers decodeAnswers(ByteBuf in) {
        long session = in.readLong();
        long appliedIndex = in.readLong();
        if (appliedIndex < 0) {
            throw new MalformedFrameException("answers up to index " + appliedIndex);
        }
        List<CommandAnswer> answers = new ArrayList<>();
        while (in.isReadable()) {
            long sequence = in.readLong();
            Outcome outcome = outcome(in);
            ByteBuf bytes = in.readSlice(length(in.readInt()));
            answers.add(new CommandAnswer(sequence, outcome, rest(bytes)));
        }
        return new Answers(session, appliedIndex, answers);
    }

    private static Freshness freshness(ByteBuf in) {
        int kind = in.readUnsignedByte();
        long bound = in.readLong();
        if (kind > Freshness.WITHIN || bound < 0) {
            throw new MalformedFrameException("freshness of kind " + kind + " with bound " + bound);
        }
        return new Freshness(kind, bound);
    }

    private static Outcome outcome(ByteBuf in) {
        int code = in.readUnsignedByte();
        Outcome outcome = Outcome.of(code);
        if (outcome == null) {
            throw new MalformedFrameException("outcome " + code + " is not known");
        }
        return outcome;
    }

    private static int length(int value) {
        if (value < 0) {
            throw new MalformedFrameException("a negative length: " + value);
        }
        return value;
    }

    private static byte[] rest(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return bytes;
    }

    private static void writeText(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    private static String readText(ByteBuf in) {
        return in.readSlice(in.readUnsignedShort()).toString(StandardCharsets.UTF_8);
    }
}
