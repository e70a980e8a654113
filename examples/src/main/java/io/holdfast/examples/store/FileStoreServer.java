package io.holdfast.examples.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A store for where no database is installed: one counter in a file, behind a port of the loopback interface. {@code
 * FileStoreServer FILE} prints {@code port N} and serves until its standard input ends. A client sends {@code write NODE
 * TOKEN} and is answered with an {@link Attempt}; a line that is anything else, or longer than {@value #LONGEST_LINE} bytes,
 * ends its connection, of which there are {@value #MOST_CONNECTIONS} at the most. Whatever its file does not take ends the
 * process, since a store that forgets a token protects nobody.
 */
public final class FileStoreServer {
    private static final int MOST_CONNECTIONS = 32;
    private static final int LONGEST_LINE = 128;
    private static final int BROKEN = 1;

    private final FencedFile file;
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);

    private FileStoreServer(FencedFile file) {
        this.file = file;
    }

    /** Serves. */
    public static void main(String[] args) throws IOException {
        try (FencedFile file = FencedFile.open(Path.of(args[0]));
                ServerSocket socket = new ServerSocket(0, MOST_CONNECTIONS, InetAddress.getLoopbackAddress())) {
            daemon("accept", () -> new FileStoreServer(file).accept(socket));
            System.out.println("port " + socket.getLocalPort());
            while (System.in.read() >= 0) {
                // Nobody has anything to say to it but that it is over.
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** All that was ever written to this file, while no server has it open or while one does. */
    public static List<Attempt> read(Path path) throws IOException {
        return FencedFile.read(path);
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket client = socket.accept();
                if (free.tryAcquire()) {
                    daemon("client", () -> serve(client));
                } else {
                    client.close();
                }
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private static void broken(Exception e) {
        System.err.println("the store cannot go on: " + e);
        Runtime.getRuntime().halt(BROKEN);
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            for (String line = line(in); line != null; line = line(in)) {
                String[] words = line.split(" ", -1);
                if (words.length != 3
                        || !words[0].equals("write")
                        || !words[1].matches("[A-Za-z0-9._-]{1,64}")
                        || !words[2].matches("[0-9]{1,18}")) {
                    return;
                }
                out.write((write(words[1], Long.parseLong(words[2])).encode() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // A client that is gone needs no answer.
        } finally {
            free.release();
        }
    }

    private Attempt write(String node, long token) {
        try {
            return file.write(node, token);
        } catch (IOException e) {
            broken(e);
            throw new UncheckedIOException(e);
        }
    }

    /** The next line; null at the end of the stream, or if it is too long. */
    private static @Nullable String line(InputStream in) throws IOException {
        byte[] bytes = new byte[LONGEST_LINE];
        for (int length = 0; length < LONGEST_LINE; length++) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (next == '\n') {
                return new String(bytes, 0, length, StandardCharsets.UTF_8);
            }
            bytes[length] = (byte) next;
        }
        return null;
    }
}
