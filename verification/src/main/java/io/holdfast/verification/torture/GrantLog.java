package io.holdfast.verification.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A node's grants, line by line in its file; what is written survives the process. Safe from any thread. */
final class GrantLog {
    private final String node;
    private final OutputStream file;

    GrantLog(String node, Path file) throws IOException {
        this.node = node;
        this.file = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    String node() {
        return node;
    }

    void granted(String role, long token) {
        write(GrantEvent.granted(System.nanoTime(), node, role, token));
    }

    /** Written before, since who is killed in the midst of it says nothing any more. */
    void overruns(String role, long token) {
        write(GrantEvent.overruns(System.nanoTime(), node, role, token));
    }

    void ended(String role, long token, boolean orderly, boolean overran) {
        write(GrantEvent.ended(System.nanoTime(), node, role, token, orderly, overran));
    }

    /** The process stood still, for whatever reason. */
    void stoodStill(long from, long to) {
        write(GrantEvent.mark(from, node, GrantEvent.STOPPED));
        write(GrantEvent.mark(to, node, GrantEvent.CONTINUED));
    }

    /** One system call a line, so that a line is whole or not there. */
    private synchronized void write(GrantEvent event) {
        try {
            file.write((event.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
