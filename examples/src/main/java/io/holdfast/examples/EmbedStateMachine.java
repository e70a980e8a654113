package io.holdfast.examples;

import io.holdfast.core.RequestFailedException;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Embed a state of your own: a bank whose accounts are the same on three nodes, and which no death of a node can make
 * forget, double or half carry out a transfer. All it takes is a {@link StateMachine} and {@link ReplicatedLog}.
 */
public final class EmbedStateMachine {

    /** The state. It knows nothing of nodes, networks or disks, and is as easily tested as any class. */
    static final class Bank implements StateMachine {
        private final Map<String, Long> accounts = new TreeMap<>();

        /** A command is {@code from to amount}; {@code world} is where money comes from. */
        @Override
        public byte[] apply(Entry entry) {
            String[] words = text(entry.command()).split(" ", 3);
            long amount = Long.parseLong(words[2]);
            if (!words[0].equals("world") && balance(words[0]) < amount) {
                // Nothing has been changed: the caller gets this as a RequestFailedException, on every node alike.
                throw new IllegalStateException(words[0] + " has only " + balance(words[0]));
            }
            accounts.merge(words[0], -amount, Long::sum);
            accounts.merge(words[1], amount, Long::sum);
            return bytes(balance(words[1]));
        }

        /** A question is the account's name. */
        @Override
        public byte[] query(ByteBuffer request) {
            return bytes(balance(text(request)));
        }

        /** A copy, which is written while the machine goes on; after it, the log of before is not needed any more. */
        @Override
        public StateSnapshot snapshot() {
            Map<String, Long> copy = new TreeMap<>(accounts);
            return new StateSnapshot() {
                @Override
                public int version() {
                    return 1;
                }

                @Override
                public void writeTo(OutputStream out) throws IOException {
                    DataOutputStream data = new DataOutputStream(out);
                    data.writeInt(copy.size());
                    for (Map.Entry<String, Long> account : copy.entrySet()) {
                        data.writeUTF(account.getKey());
                        data.writeLong(account.getValue());
                    }
                    data.flush();
                }
            };
        }

        @Override
        public void restore(int version, InputStream in) throws IOException {
            accounts.clear();
            DataInputStream data = new DataInputStream(in);
            for (int left = data.readInt(); left > 0; left--) {
                accounts.put(data.readUTF(), data.readLong());
            }
        }

        private long balance(String account) {
            return accounts.getOrDefault(account, 0L);
        }

        private static String text(ByteBuffer buffer) {
            return StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
        }

        private static byte[] bytes(long number) {
            return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
        }
    }

    private EmbedStateMachine() {}

    /** Runs the example in a directory of its own, which stays. */
    public static void main(String[] args) throws IOException {
        run(Files.createTempDirectory("holdfast-bank-"), System.out);
    }

    static void run(Path directory, PrintStream out) throws IOException {
        try (ThreeNodes three = ThreeNodes.start(directory, log -> log.stateMachine(new Bank()))) {
            ReplicatedLog bank = ReplicatedLog.in(three.node(1));
            bank.submit(utf8("world alice 100"));
            bank.submit(utf8("alice bob 30"));
            try {
                bank.submit(utf8("alice bob 71"));
            } catch (RequestFailedException e) {
                out.println("refused: " + e.getMessage());
            }
            // Any node answers, and none with anything older than what has been written.
            for (int i = 1; i <= 3; i++) {
                ReplicatedLog there = ReplicatedLog.in(three.node(i));
                out.println("node-" + i + ": alice " + number(there.query(utf8("alice"))) + ", bob "
                        + number(there.query(utf8("bob"))));
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long number(byte[] answer) {
        return ByteBuffer.wrap(answer).getLong();
    }
}
