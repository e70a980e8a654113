package io.holdfast.examples.demo;

import io.holdfast.replication.StateMachine;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;

/**
 * The replicated state of the demonstration: which lines have arrived, and one checksum over all of them in the order in
 * which they did. It holds no lines, so that a million of them cost an eighth of a megabyte.
 *
 * <p>A command is the line's number, from 0, as eight bytes, big-endian, and then the line's bytes. A question is empty;
 * the answer is the count of lines (8 bytes), the count of those that came again (8) and the SHA-256 (32), which covers
 * number (8), length (4) and bytes of every command.
 */
final class LineLedger implements StateMachine {
    private static final byte[] NO_ANSWER = new byte[0];
    private static final long MAX_NUMBER = 1L << 30;

    private final MessageDigest digest = sha256();
    private final ByteBuffer head = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    private final BitSet seen = new BitSet();
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
        head.clear().putLong(number).putInt(command.remaining()).flip();
        digest.update(head);
        digest.update(command);
        if (seen.get((int) number)) {
            doubled++;
        } else {
            seen.set((int) number);
            if (number < highest) {
                late++;
            }
            highest = Math.max(highest, number);
        }
        return NO_ANSWER;
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return ByteBuffer.allocate(2 * Long.BYTES + digest.getDigestLength())
                .putLong(count())
                .putLong(doubled)
                .put(checksumBytes())
                .array();
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
        return HexFormat.of().formatHex(checksumBytes());
    }

    private byte[] checksumBytes() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this platform's SHA-256 cannot be read while it runs", e);
        }
    }
}
