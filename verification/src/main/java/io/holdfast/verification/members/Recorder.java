package io.holdfast.verification.members;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Keeps the latest datagrams as they came, for somebody who plays them again. Safe from any thread. */
final class Recorder {
    private static final int MOST = 2_000;

    private final ArrayDeque<byte[]> latest = new ArrayDeque<>(); // guarded by this

    synchronized void received(ByteBuf datagram) {
        if (latest.size() == MOST) {
            latest.removeFirst();
        }
        latest.addLast(ByteBufUtil.getBytes(datagram));
    }

    /** Writes them, one a line; how many there are. */
    synchronized int write(Path file) throws IOException {
        Files.write(file, latest.stream().map(HexFormat.of()::formatHex).toList());
        return latest.size();
    }

    /** The same, read again. */
    static List<byte[]> read(Path file) throws IOException {
        return new ArrayList<>(
                Files.readAllLines(file).stream().map(HexFormat.of()::parseHex).toList());
    }
}
