package io.holdfast.verification.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** One connection after another, each with bytes that no peer would send. For one thread. */
final class HostileClient {
    /** What a connection sends. */
    enum Attack {
        RANDOM_BYTES(true),
        PREAMBLE_THEN_GARBAGE(true),
        GIANT_LENGTH(true),
        ZERO_LENGTH(true),
        HELLO_OF_ANOTHER_CLUSTER(true),
        HELLO_WITH_RANDOM_END(true),
        GARBAGE_AFTER_HELLO(true),
        LARGE_FRAME_OF_A_STRANGER(true),
        HALF_PREAMBLE(false),
        HALF_FRAME(false),
        HALF_HELLO(false),
        HALF_MESSAGE_AFTER_HELLO(false);

        /** Whether the bytes are enough for a node to know, so that it must close the connection at once. */
        final boolean mustBeClosed;

        Attack(boolean mustBeClosed) {
            this.mustBeClosed = mustBeClosed;
        }
    }

    private static final int CLOSE_LIMIT_MILLIS = (int) Waiting.PATIENCE.toMillis();
    private static final byte[] PREAMBLE = {'H', 'F', 'S', 'T', 1, 0, 0, 0};
    private static final int HELLO_MAGIC = 0x48464831;
    private static final byte CLIENT_PROTOCOL = 2;

    private final Random random;

    HostileClient(long seed) {
        random = new Random(seed);
    }

    /** Runs one attack to its end; returns what the node did wrong, or an empty text. */
    String run(Attack attack, String host, int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(host), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(CLOSE_LIMIT_MILLIS);
            if (!attack.mustBeClosed) {
                send(socket, bytesOf(attack));
                return ""; // and hangs up in the middle
            }
            try {
                send(socket, bytesOf(attack));
                readToTheEnd(socket.getInputStream());
            } catch (SocketTimeoutException e) {
                return port + " kept a connection open for " + CLOSE_LIMIT_MILLIS + " ms after " + attack;
            } catch (IOException e) {
                return ""; // reset, which is closed, too
            }
            return "";
        }
    }

    /** In two writes, cut anywhere. */
    private void send(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        int cut = random.nextInt(bytes.length);
        out.write(bytes, 0, cut);
        out.flush();
        out.write(bytes, cut, bytes.length - cut);
        out.flush();
    }

    private static void readToTheEnd(InputStream in) throws IOException {
        byte[] bytes = new byte[4096];
        int read = 0;
        while (read >= 0) {
            read = in.read(bytes);
        }
    }

    private byte[] bytesOf(Attack attack) {
        return switch (attack) {
            case RANDOM_BYTES -> joined(new byte[] {'G'}, garbage(1 + random.nextInt(4096)));
            case PREAMBLE_THEN_GARBAGE ->
                joined(PREAMBLE, frame(joined(new byte[] {0}, garbage(1 + random.nextInt(512)))));
            case GIANT_LENGTH ->
                joined(
                        PREAMBLE,
                        ints(
                                random.nextBoolean()
                                        ? Integer.MAX_VALUE - random.nextInt(1 << 20)
                                        : -1 - random.nextInt(1 << 20)),
                        garbage(256));
            case ZERO_LENGTH -> joined(PREAMBLE, ints(0));
            case HELLO_OF_ANOTHER_CLUSTER -> joined(PREAMBLE, frame(hello("another")));
            case HELLO_WITH_RANDOM_END ->
                joined(PREAMBLE, frame(joined(hello("verification"), garbage(1 + random.nextInt(64)))));
            case GARBAGE_AFTER_HELLO -> joined(welcomed(), garbageMessage());
            case HALF_PREAMBLE -> Arrays.copyOf(PREAMBLE, 1 + random.nextInt(PREAMBLE.length - 1));
            case LARGE_FRAME_OF_A_STRANGER -> joined(PREAMBLE, ints(8 << 20), garbage(64 << 10));
            case HALF_FRAME -> joined(PREAMBLE, ints(2_000), garbage(1_000));
            case HALF_HELLO -> {
                byte[] whole = welcomed();
                yield Arrays.copyOf(whole, PREAMBLE.length + 1 + random.nextInt(whole.length - PREAMBLE.length - 1));
            }
            case HALF_MESSAGE_AFTER_HELLO -> joined(welcomed(), ints(8 << 20), garbage(128 << 10));
        };
    }

    private byte[] welcomed() {
        return joined(PREAMBLE, frame(hello("verification")));
    }

    private static byte[] hello(String cluster) {
        byte[] name = cluster.getBytes(StandardCharsets.US_ASCII);
        byte[] id = "hostile".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(64 + name.length + id.length);
        out.putInt(HELLO_MAGIC).put((byte) 1).put((byte) 1).put(CLIENT_PROTOCOL).put((byte) 0);
        out.put((byte) name.length).put(name).putLong(0).putLong(0);
        out.put((byte) id.length).put(id).putLong(0).putLong(0);
        out.put((byte) 0);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** A frame that is no message of a client: an unknown kind, one cut short, one with a length that lies. */
    private byte[] garbageMessage() {
        return switch (random.nextInt(4)) {
            case 0 -> frame(joined(new byte[] {(byte) (20 + random.nextInt(200))}, garbage(random.nextInt(4096))));
            case 1 -> frame(new byte[] {1, 2, 3});
            case 2 -> frame(joined(new byte[] {2}, new byte[24], ints(Integer.MAX_VALUE), garbage(100)));
            default -> frame(joined(new byte[] {16}, new byte[8], garbage(3)));
        };
    }

    private byte[] garbage(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] frame(byte[] content) {
        return joined(ints(content.length), content);
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteBuffer out =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            out.put(part);
        }
        return out.array();
    }
}
