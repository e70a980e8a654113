package io.holdfast.verification.process;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A state machine that takes rising numbers and keeps account: a number that is not larger than the last one is doubled or
 * out of order, one that leaves others out has a gap before it.
 */
final class Sequence implements StateMachine {

    /**
     * The account.
     *
     * @param last the last number
     * @param count how many numbers
     * @param disorders how many were doubled or out of order
     * @param missing how many were left out
     */
    record Account(long last, long count, long disorders, long missing) {
        byte[] encode() {
            return (last + " " + count + " " + disorders + " " + missing).getBytes(StandardCharsets.US_ASCII);
        }

        static Account decode(byte[] bytes) {
            String[] fields = new String(bytes, StandardCharsets.US_ASCII).split(" ");
            return new Account(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]));
        }
    }

    private long last;
    private long count;
    private long disorders;
    private long missing;

    @Override
    public byte[] apply(Entry entry) {
        long number = entry.command().getLong();
        count++;
        if (number <= last) {
            disorders++;
        } else {
            missing += number - last - 1;
            last = number;
        }
        return account().encode();
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return account().encode();
    }

    @Override
    public StateSnapshot snapshot() {
        byte[] account = account().encode();
        return new StateSnapshot() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(account);
            }
        };
    }

    @Override
    public void restore(int version, InputStream in) throws IOException {
        Account account = Account.decode(in.readAllBytes());
        last = account.last();
        count = account.count();
        disorders = account.disorders();
        missing = account.missing();
    }

    Account account() {
        return new Account(last, count, disorders, missing);
    }

    static byte[] command(long number) {
        return ByteBuffer.allocate(256).putLong(number).array();
    }
}
