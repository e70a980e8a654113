package io.holdfast.verification.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system of its own that is small enough to be filled. Only root may make one; it is gone when closed. */
public final class SmallDisk implements AutoCloseable {
    private static final int CHUNK = 64 << 10;
    private static final int LEAST = 512;

    private final Path directory;
    private final Path image;
    private final Path ballast;
    private final Thread hook;

    /**
     * Mounts one.
     *
     * @param kind "tmpfs", or "ext4" in a file that is mounted as a disk
     * @param directory where; made, and empty
     */
    public SmallDisk(String kind, Path directory, int megabytes) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.image = directory.resolveSibling(directory.getFileName() + ".image");
        this.ballast = directory.resolve("ballast");
        if (kind.equals("tmpfs")) {
            run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString());
        } else {
            run("truncate", "-s", megabytes + "m", image.toString());
            run("mkfs." + kind, "-q", "-F", "-m", "0", image.toString());
            run("mount", "-o", "loop", image.toString(), directory.toString());
            Files.deleteIfExists(directory.resolve("lost+found"));
        }
        hook = new Thread(() -> unmount("-l"), "unmount " + directory);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether this process may mount anything. */
    public static boolean isPossible() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("user.name").equals("root");
    }

    /** Takes all the room that there is now. */
    void fill() throws IOException {
        for (int size = CHUNK; size >= LEAST; size /= 2) {
            try (FileChannel file = FileChannel.open(
                    ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                while (file.write(ByteBuffer.allocate(size)) == size) {
                    file.force(false); // where blocks are found late, a write alone says nothing
                }
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("No space left")) {
                    throw e;
                }
            }
        }
    }

    /** Gives it back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    public Path directory() {
        return directory;
    }

    private boolean unmount(String... options) {
        try {
            String[] command = new String[options.length + 2];
            command[0] = "umount";
            System.arraycopy(options, 0, command, 1, options.length);
            command[command.length - 1] = directory.toString();
            run(command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** When no process uses it any more. */
    @Override
    public void close() {
        boolean unmounted = unmount() || unmount("-l");
        Runtime.getRuntime().removeShutdownHook(hook);
        if (!unmounted) {
            throw new IllegalStateException(directory + " is still mounted");
        }
        try {
            Files.deleteIfExists(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(List.of(command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + List.of(command), e);
        } finally {
            process.destroyForcibly();
        }
    }
}
