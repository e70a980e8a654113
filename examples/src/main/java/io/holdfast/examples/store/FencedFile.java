package io.holdfast.examples.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link FileStoreServer} keeps: every write that reached it, a line each, forced before it is answered. The fence
 * is the last line's, so that it holds across restarts; a last line that was torn by a death was never answered, and is
 * cut off. Safe from any thread.
 */
final class FencedFile implements AutoCloseable {
    private final FileChannel file;
    private long number;
    private long fence;
    private long counter;

    private FencedFile(FileChannel file, List<Attempt> before) {
        this.file = file;
        if (!before.isEmpty()) {
            Attempt last = before.get(before.size() - 1);
            number = last.number();
            fence = last.fence();
            counter = last.counter();
        }
    }

    static FencedFile open(Path path) throws IOException {
        List<Attempt> before = Files.exists(path) ? read(path) : List.of();
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long length = 0;
        for (Attempt attempt : before) {
            length += bytes(attempt).length;
        }
        file.truncate(length);
        file.position(length);
        return new FencedFile(file, before);
    }

    /** All that a file holds in whole lines, in its order. */
    static List<Attempt> read(Path path) throws IOException {
        String text = Files.readString(path);
        List<Attempt> attempts = new ArrayList<>();
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> attempts.add(Attempt.decode(line)));
        return attempts;
    }

    private static byte[] bytes(Attempt attempt) {
        return (attempt.encode() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The whole idea: a token that is smaller than one seen before changes nothing. */
    synchronized Attempt write(String node, long token) throws IOException {
        boolean accepted = fence <= token;
        Attempt attempt = new Attempt(
                number + 1, node, token, accepted, Math.max(fence, token), accepted ? counter + 1 : counter);
        ByteBuffer line = ByteBuffer.wrap(bytes(attempt));
        while (line.hasRemaining()) {
            file.write(line);
        }
        file.force(false);
        number = attempt.number();
        fence = attempt.fence();
        counter = attempt.counter();
        return attempt;
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
