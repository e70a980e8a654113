package io.holdfast.examples.demo;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.function.IntFunction;

/**
 * The replicated state of the demonstration: which lines have arrived, and one checksum over all of them in the order in
 * which they did. It holds no lines, so that a million of them cost an eighth of a megabyte.
 *
 * <p>A command is the line's number, from 0, as eight bytes, big-endian, and then the line's bytes. A question is empty;
 * the answer is the count of lines (8 bytes), the count of those that came again (8) and the checksum (32): of every
 * command's number (8), length (4) and bytes the SHA-256, and of the checksum so far and that one the SHA-256 again.
 */
final class LineLedger implements StateMachine {
    private static final byte[] NO_ANSWER = new byte[0];
    private static final long MAX_NUMBER = 1L << 30;

    private static final int CHECKSUM_BYTES = 32;

    private final MessageDigest digest = sha256();
    private final ByteBuffer head = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    private byte[] checksum = new byte[CHECKSUM_BYTES];
    private final BitSet seen = new BitSet();
    /** Of the lines that have arrived, in whatever order. */
    private long content;

    private long doubled;
    private long late;
    private long highest = -1;

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256, this one has not", e);
        }
    }

    /** The command that writes one line. */
    static byte[] command(long number, byte[] line) {
        return ByteBuffer.allocate(Long.BYTES + line.length)
                .putLong(number)
                .put(line)
                .array();
    }

    @Override
    public byte[] apply(Entry entry) {
        ByteBuffer command = entry.command().duplicate();
        if (command.remaining() < Long.BYTES) {
            throw new IllegalArgumentException("a command of " + command.remaining() + " bytes has no line number");
        }
        long number = command.getLong();
        if (number < 0 || number >= MAX_NUMBER) {
            throw new IllegalArgumentException("line number " + number + " is not within 0 to " + (MAX_NUMBER - 1));
        }
        byte[] hash = hash(number, command);
        digest.update(checksum);
        checksum = digest.digest(hash);
        if (seen.get((int) number)) {
            doubled++;
        } else {
            seen.set((int) number);
            content ^= ByteBuffer.wrap(hash).getLong();
            if (number < highest) {
                late++;
            }
            highest = Math.max(highest, number);
        }
        return NO_ANSWER;
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return ByteBuffer.allocate(2 * Long.BYTES + CHECKSUM_BYTES)
                .putLong(count())
                .putLong(doubled)
                .put(checksum)
                .array();
    }

    @Override
    public StateSnapshot snapshot() {
        byte[] lines = seen.toByteArray();
        ByteBuffer state = ByteBuffer.allocate(4 * Long.BYTES + CHECKSUM_BYTES + lines.length)
                .putLong(doubled)
                .putLong(late)
                .putLong(highest)
                .putLong(content)
                .put(checksum)
                .put(lines);
        return new StateSnapshot() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(state.array());
            }
        };
    }

    @Override
    public void restore(int version, InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        doubled = data.readLong();
        late = data.readLong();
        highest = data.readLong();
        content = data.readLong();
        checksum = data.readNBytes(CHECKSUM_BYTES);
        seen.clear();
        seen.or(BitSet.valueOf(data.readAllBytes()));
    }

    private byte[] hash(long number, ByteBuffer line) {
        head.clear().putLong(number).putInt(line.remaining()).flip();
        digest.update(head);
        digest.update(line);
        return digest.digest();
    }

    /** True if the lines that have arrived are these, whatever their order. */
    boolean holdsExactly(BitSet numbers, IntFunction<ByteBuffer> lines) {
        long expected = numbers.stream()
                .mapToLong(number ->
                        ByteBuffer.wrap(hash(number, lines.apply(number))).getLong())
                .reduce(0, (a, b) -> a ^ b);
        return seen.equals(numbers) && content == expected;
    }

    /** The numbers of the lines that have arrived. */
    BitSet numbers() {
        return (BitSet) seen.clone();
    }

    /** How many different lines have arrived. */
    long count() {
        return seen.cardinality();
    }

    /** How many times a line arrived that had arrived before. */
    long doubled() {
        return doubled;
    }

    /** How many lines arrived after one with a higher number. */
    long late() {
        return late;
    }

    /** True if the line has arrived. */
    boolean has(int number) {
        return seen.get(number);
    }

    /** The checksum, in hexadecimal. */
    String checksum() {
        return HexFormat.of().formatHex(checksum);
    }
}
