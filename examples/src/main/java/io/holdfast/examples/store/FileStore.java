package io.holdfast.examples.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection to a {@link FileStoreServer}: a line there, a line back. */
final class FileStore implements OutsideStore {
    private static final int PATIENCE_MILLIS = 5_000;

    private final Socket socket;
    private final BufferedReader in;
    private final Writer out;

    private FileStore(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
    }

    static FileStore connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            return new FileStore(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public Answer write(String node, long token) throws IOException {
        out.write("write " + node + " " + token + "\n");
        out.flush();
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the store has closed the connection");
        }
        try {
            Attempt attempt = Attempt.decode(line);
            return new Answer(attempt.accepted(), attempt.fence(), attempt.counter());
        } catch (IllegalArgumentException e) {
            throw new IOException("the store said: " + line, e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }
}
