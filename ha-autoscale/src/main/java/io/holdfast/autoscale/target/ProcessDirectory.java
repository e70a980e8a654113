package io.holdfast.autoscale.target;

import io.holdfast.autoscale.ScalingTargetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a host know of the processes that they start. For each node there is up to one file in {@value #RUNNING}, and while it
 * is being started one in {@value #ASKED}, with the start's mark in its name. <em>The process itself</em> moves that from here to there, with
 * its id in {@value #PIDS}, before it becomes the program. So who finds it still in {@value #ASKED}, after the starter's death, removes it, and if that succeeds no process will
 * ever run for it; if not, one runs, and is known.
 *
 * <p>All that changes something needs the {@link DirectoryGuard}.
 */
final class ProcessDirectory {
    static final String ASKED = "asked";
    static final String PIDS = "pids";
    static final String RUNNING = "running";
    private static final String STATE = "orders";
    private static final String STATE_FORMAT = "holdfast-orders-1";
    private static final String SUFFIX = ".json";
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);

    private final Path directory;

    ProcessDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * A node's file.
     *
     * @param record what it says; null if it cannot be relied on
     * @param damage why not, beginning with the file
     */
    record Entry(String node, @Nullable StartRecord record, String damage) {}

    /**
     * What has been ordered so far.
     *
     * @param token the highest of all orders
     * @param starts how many processes were asked for; each start's mark is its number
     */
    record Orders(long token, long starts) {}

    void create() throws IOException {
        for (String part : List.of(ASKED, PIDS, RUNNING)) {
            Files.createDirectories(directory.resolve(part));
        }
    }

    DirectoryGuard guard(Duration limit) throws IOException, ScalingTargetException, InterruptedException {
        create();
        return DirectoryGuard.take(directory, limit);
    }

    Orders orders() throws IOException, UnreadableRecordException {
        String text;
        try {
            text = Files.readString(directory.resolve(STATE));
        } catch (NoSuchFileException none) {
            return new Orders(0, 0);
        }
        String[] lines = text.split("\n");
        if (lines.length != 3 || !lines[0].equals(STATE_FORMAT)) {
            throw new UnreadableRecordException(directory.resolve(STATE) + " is damaged, or of another release");
        }
        try {
            return new Orders(Long.parseLong(lines[1]), Long.parseLong(lines[2]));
        } catch (NumberFormatException damaged) {
            throw new UnreadableRecordException(directory.resolve(STATE) + " is damaged: " + damaged.getMessage());
        }
    }

    void write(Orders orders) throws IOException {
        replace(directory.resolve(STATE), STATE_FORMAT + "\n" + orders.token() + "\n" + orders.starts() + "\n");
    }

    /** What was asked for and has not begun; the latest of each node. */
    SortedMap<String, Entry> asked() throws IOException {
        TreeMap<String, Entry> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(ASKED))) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                int mark = name.lastIndexOf('.');
                if (mark > 0 && name.substring(mark + 1).matches("\\d+")) {
                    read(name.substring(0, mark), file).ifPresent(entry -> found.put(entry.node(), entry));
                }
            }
        } catch (NoSuchFileException nothingYet) {
            return found;
        }
        return found;
    }

    SortedMap<String, Entry> running() throws IOException {
        TreeMap<String, Entry> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(RUNNING), "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                read(name.substring(0, name.length() - SUFFIX.length()), file)
                        .ifPresent(entry -> found.put(entry.node(), entry));
            }
        } catch (NoSuchFileException nothingYet) {
            return found;
        }
        return found;
    }

    Optional<Entry> running(String node) throws IOException {
        return read(node, runningFile(node));
    }

    private static Optional<Entry> read(String node, Path file) throws IOException {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return Optional.of(new Entry(node, StartRecord.fromJson(node, text), ""));
        } catch (NoSuchFileException movedMeanwhile) {
            return Optional.empty();
        } catch (UnreadableRecordException damaged) {
            return Optional.of(new Entry(node, null, file + " " + damaged.getMessage()));
        }
    }

    void ask(StartRecord record) throws IOException {
        replace(askedFile(record), record.toJson());
    }

    /** Takes back all that was asked for that node and not begun: it never will then. */
    void revoke(String node) throws IOException {
        deleteAll(ASKED, node);
        force(directory.resolve(ASKED));
    }

    private void deleteAll(String part, String node) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(part))) {
            for (Path file : files) {
                if (file.getFileName().toString().matches("\\Q" + node + "\\E\\.\\d+(\\.new)?")) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** True if the process has begun, and false if it will not any more. */
    boolean hasBegun(StartRecord record) {
        return !Files.exists(askedFile(record));
    }

    void write(StartRecord record) throws IOException {
        replace(runningFile(record.node()), record.toJson());
        if (record.process() != null) {
            deleteAll(PIDS, record.node());
        }
    }

    void forget(StartRecord record) throws IOException {
        deleteAll(PIDS, record.node());
        Files.deleteIfExists(runningFile(record.node()));
        force(directory.resolve(RUNNING));
    }

    /** The process of a record that stands in {@value #RUNNING}, also of one that has ended. */
    ProcessIdentity process(StartRecord record) throws IOException, UnreadableRecordException {
        ProcessIdentity known = record.process();
        return known == null ? ownWords(record) : known;
    }

    private ProcessIdentity ownWords(StartRecord record) throws IOException, UnreadableRecordException {
        Path file = pidFile(record);
        String[] lines;
        Instant written;
        try {
            lines = Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1);
            written = Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException gone) {
            throw new UnreadableRecordException(file + " is missing, so its process is not known");
        }
        if (lines.length < 2 || !lines[0].matches("[1-9]\\d{0,17}")) {
            throw new UnreadableRecordException(file + " is damaged, so its process is not known");
        }
        long pid = Long.parseLong(lines[0]);
        if (!lines[1].isBlank()) {
            return ProcessIdentity.fromStat(pid, record.boot(), lines[1])
                    .orElseThrow(
                            () -> new UnreadableRecordException(file + " is damaged, so its process is not known"));
        }
        // Who has this id now and began later than it was written down is another.
        Instant latest = written.plus(CLOCKS_DIFFER);
        boolean same = ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .filter(began -> !began.isAfter(latest))
                .isPresent();
        return same ? ProcessIdentity.now(pid).orElse(ProcessIdentity.unknown(pid)) : ProcessIdentity.unknown(pid);
    }

    Path askedFile(StartRecord record) {
        return directory.resolve(ASKED).resolve(record.node() + "." + record.mark());
    }

    Path runningFile(String node) {
        return directory.resolve(RUNNING).resolve(node + SUFFIX);
    }

    Path pidFile(StartRecord record) {
        return directory.resolve(PIDS).resolve(record.node() + "." + record.mark());
    }

    /** Either the old content or the new one is there, whenever this or the machine stops. */
    private static void replace(Path file, String content) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path parent = file.getParent();
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
