package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.remote.OfferFrame.Cancel;
import io.holdfast.backup.remote.OfferFrame.Collect;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.Delete;
import io.holdfast.backup.remote.OfferFrame.Discard;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.backup.remote.OfferFrame.Failed;
import io.holdfast.backup.remote.OfferFrame.ListAll;
import io.holdfast.backup.remote.OfferFrame.Page;
import io.holdfast.backup.remote.OfferFrame.Pieces;
import io.holdfast.backup.remote.OfferFrame.Publish;
import io.holdfast.backup.remote.OfferFrame.Put;
import io.holdfast.backup.remote.OfferFrame.Read;
import io.holdfast.backup.remote.OfferFrame.Ready;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Size;
import io.holdfast.backup.remote.OfferFrame.Unverified;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** The bytes of an {@link OfferFrame}. Decoding allocates no more than the frame is long, and that is bounded. */
final class OfferCodec {
    /** The most bytes of an object in a frame. */
    static final int MOST_DATA = 64 << 10;
    /** The most objects in a page. */
    static final int MOST_OBJECTS = 1_000;
    /** The most pieces in a frame: 800,000 bytes. */
    static final int MOST_PIECES = 20_000;

    private static final int MOST_TEXT = 2_000;
    private static final int MOST_FRAME = 1 << 20;
    private static final int DIGEST = 32;
    private static final Pattern CONTENT = Pattern.compile("[0-9a-z]{1,100}");
    private static final Reason[] REASONS = {
        Reason.ABSENT, Reason.NO_SPACE, Reason.UNAVAILABLE, Reason.REFUSED, Reason.UNFIT, Reason.FAILED
    };

    private static final int PUT = 1;
    private static final int DATA = 2;
    private static final int END = 3;
    private static final int CANCEL = 4;
    private static final int CREDIT = 5;
    private static final int READ = 6;
    private static final int SIZE = 7;
    private static final int LIST = 8;
    private static final int DELETE = 9;
    private static final int COLLECT = 10;
    private static final int DONE = 11;
    private static final int FAILED = 12;
    private static final int PAGE = 13;
    // Those from here on are said to who has said that it knows them: see Greeting.
    private static final int RESUME = 14;
    private static final int PIECES = 15;
    private static final int READY = 16;
    private static final int PUBLISH = 17;
    private static final int UNVERIFIED = 18;
    private static final int DISCARD = 19;

    private OfferCodec() {}

    /** Encodes into a heap buffer of its own, which the caller owns. */
    static ByteBuf encode(OfferFrame frame) {
        if (frame instanceof Put put) {
            return text(begin(PUT, put, 600), put.name());
        } else if (frame instanceof Data data) {
            return begin(DATA, data, data.bytes().length).writeBytes(data.bytes());
        } else if (frame instanceof End end) {
            return begin(END, end, 8).writeLong(end.total());
        } else if (frame instanceof Cancel cancel) {
            return begin(CANCEL, cancel, 0);
        } else if (frame instanceof Credit credit) {
            return begin(CREDIT, credit, 4).writeInt(credit.more());
        } else if (frame instanceof Read read) {
            return text(begin(READ, read, 600).writeLong(read.offset()), read.name());
        } else if (frame instanceof Size size) {
            return text(begin(SIZE, size, 600), size.name());
        } else if (frame instanceof ListAll list) {
            return text(begin(LIST, list, 600), list.prefix());
        } else if (frame instanceof Delete delete) {
            return text(begin(DELETE, delete, 600), delete.name());
        } else if (frame instanceof Collect collect) {
            return begin(COLLECT, collect, 8).writeLong(collect.silentMillis());
        } else if (frame instanceof Done done) {
            return begin(DONE, done, 8).writeLong(done.result());
        } else if (frame instanceof Failed failed) {
            return text(begin(FAILED, failed, 300).writeByte(number(failed.reason())), failed.message());
        } else if (frame instanceof Page page) {
            ByteBuf out = begin(PAGE, page, 64 * page.objects().size());
            out.writeShort(page.objects().size());
            page.objects()
                    .forEach(object ->
                            text(out, object.name()).writeLong(object.bytes()).writeLong(object.storedMillis()));
            return out;
        }
        return encodePieces(frame);
    }

    private static ByteBuf encodePieces(OfferFrame frame) {
        if (frame instanceof Resume resume) {
            ByteBuf out = begin(RESUME, resume, 700).writeLong(resume.bytes());
            return text(text(out, resume.name()), resume.content());
        } else if (frame instanceof Pieces pieces) {
            ByteBuf out =
                    begin(PIECES, pieces, 2 + (8 + DIGEST) * pieces.pieces().size());
            out.writeShort(pieces.pieces().size());
            pieces.pieces().forEach(piece -> out.writeLong(piece.bytes())
                    .writeBytes(HexFormat.of().parseHex(piece.sha256())));
            return out;
        } else if (frame instanceof Ready ready) {
            return begin(READY, ready, 16).writeLong(ready.pieceBytes()).writeLong(ready.kept());
        } else if (frame instanceof Publish publish) {
            return begin(PUBLISH, publish, 0);
        } else if (frame instanceof Unverified unverified) {
            return begin(UNVERIFIED, unverified, 8).writeLong(unverified.bytes());
        } else if (frame instanceof Discard discard) {
            return begin(DISCARD, discard, 0);
        }
        throw new IllegalStateException("a frame of an unknown kind: " + frame);
    }

    private static ByteBuf begin(int kind, OfferFrame frame, int bytes) {
        return Unpooled.buffer(5 + bytes).writeByte(kind).writeInt(frame.call());
    }

    private static ByteBuf text(ByteBuf out, String text) {
        byte[] bytes = text.substring(0, Math.min(text.length(), MOST_TEXT / 4)).getBytes(StandardCharsets.UTF_8);
        return out.writeShort(bytes.length).writeBytes(bytes);
    }

    private static int number(Reason reason) {
        return List.of(REASONS).indexOf(reason);
    }

    /** @throws MalformedFrameException if it is none of these frames */
    static OfferFrame decode(ByteBuf in) {
        if (in.readableBytes() < 5 || in.readableBytes() > MOST_FRAME) {
            throw new MalformedFrameException("a frame of an offered directory of " + in.readableBytes() + " bytes");
        }
        int kind = in.readUnsignedByte();
        int call = in.readInt();
        OfferFrame frame =
                switch (kind) {
                    case PUT -> new Put(call, name(in));
                    case DATA -> new Data(call, data(in));
                    case END -> new End(call, number(in));
                    case CANCEL -> new Cancel(call);
                    case CREDIT -> new Credit(call, credit(in));
                    case READ -> read(call, in);
                    case SIZE -> new Size(call, name(in));
                    case LIST -> new ListAll(call, text(in));
                    case DELETE -> new Delete(call, name(in));
                    case COLLECT -> new Collect(call, number(in));
                    case DONE -> new Done(call, number(in));
                    case FAILED -> failed(call, in);
                    case PAGE -> new Page(call, objects(in));
                    case RESUME -> resume(call, in);
                    case PIECES -> new Pieces(call, pieces(in));
                    case READY -> new Ready(call, number(in), number(in));
                    case PUBLISH -> new Publish(call);
                    case UNVERIFIED -> new Unverified(call, number(in));
                    case DISCARD -> new Discard(call);
                    default -> throw new MalformedFrameException("a frame of an offered directory of the kind " + kind);
                };
        if (in.isReadable()) {
            throw new MalformedFrameException(in.readableBytes() + " bytes behind a frame of the kind " + kind);
        }
        return frame;
    }

    private static Read read(int call, ByteBuf in) {
        long offset = number(in);
        return new Read(call, name(in), offset);
    }

    private static Resume resume(int call, ByteBuf in) {
        long bytes = number(in);
        String name = name(in);
        String content = text(in);
        if (!CONTENT.matcher(content).matches()) {
            throw new MalformedFrameException("a content of " + content.length() + " characters that is no hash");
        }
        return new Resume(call, name, bytes, content);
    }

    private static Failed failed(int call, ByteBuf in) {
        need(in, 1);
        int reason = in.readUnsignedByte();
        // One of a later version is what happens to all that nobody knows better.
        return new Failed(call, reason < REASONS.length ? REASONS[reason] : Reason.FAILED, text(in));
    }

    private static byte[] data(ByteBuf in) {
        int length = in.readableBytes();
        if (length < 1 || length > MOST_DATA) {
            throw new MalformedFrameException("a frame with " + length + " bytes of an object");
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    private static int credit(ByteBuf in) {
        need(in, 4);
        int more = in.readInt();
        if (more < 1) {
            throw new MalformedFrameException("a credit of " + more);
        }
        return more;
    }

    /** None is negative. */
    private static long number(ByteBuf in) {
        need(in, 8);
        long number = in.readLong();
        if (number < 0) {
            throw new MalformedFrameException("the number " + number + " in a frame of an offered directory");
        }
        return number;
    }

    private static String name(ByteBuf in) {
        String name = text(in);
        try {
            return BackupRepository.checkName(name);
        } catch (IllegalArgumentException none) {
            throw new MalformedFrameException(String.valueOf(none.getMessage()));
        }
    }

    private static String text(ByteBuf in) {
        need(in, 2);
        int length = in.readUnsignedShort();
        if (length > MOST_TEXT) {
            throw new MalformedFrameException("a text of " + length + " bytes");
        }
        need(in, length);
        return in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    private static List<Stored> objects(ByteBuf in) {
        need(in, 2);
        int count = in.readUnsignedShort();
        if (count > MOST_OBJECTS) {
            throw new MalformedFrameException("a page of " + count + " objects");
        }
        List<Stored> objects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(in);
            objects.add(new Stored(name, number(in), number(in)));
        }
        return objects;
    }

    private static List<Piece> pieces(ByteBuf in) {
        need(in, 2);
        int count = in.readUnsignedShort();
        if (count > MOST_PIECES) {
            throw new MalformedFrameException("a frame of " + count + " pieces");
        }
        List<Piece> pieces = new ArrayList<>();
        byte[] digest = new byte[DIGEST];
        for (int i = 0; i < count; i++) {
            long bytes = number(in);
            need(in, DIGEST);
            in.readBytes(digest);
            pieces.add(new Piece(bytes, HexFormat.of().formatHex(digest)));
        }
        return pieces;
    }

    private static void need(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            throw new MalformedFrameException(
                    "a frame of an offered directory ends " + (bytes - in.readableBytes()) + " bytes too early");
        }
    }
}
