package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code vote}: two slots of 512 bytes, far enough apart that no disk tears both. A save replaces the older
 * one, so that the newer stays whole whatever happens.
 *
 * <p>A damaged slot may have held the newest vote, or the one before: then the file is {@link #doubtful}, and stays so
 * over restarts until {@link #settle}.
 *
 * <p>For one thread at a time. All methods but the getters block. After a failed write the file refuses all others.
 */
public final class HardStateFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HardStateFile.class);

    static final String NAME = "vote";
    static final int SLOT_BYTES = 512;
    static final long SECOND_SLOT_AT = 4096;
    static final int VERSION = 1;

    static final int MAGIC = 0x48465654; // HFVT

    private static final int DOUBTFUL = 1;
    private static final int NAME_AT = 24;
    private static final int CRC_AT = SLOT_BYTES - Integer.BYTES;
    private static final int STOP_AT = CRC_AT - Long.BYTES;
    private static final int MAX_NAME_BYTES = 255;

    /** A slot's content. */
    private record Slot(long sequence, HardState state, boolean doubtful) {}

    private final StorageFile file;
    private Slot newest;
    private long newestAt;
    private @Nullable IOException failure;

    private HardStateFile(StorageFile file, Slot newest, long newestAt) {
        this.file = file;
        this.newest = newest;
        this.newestAt = newestAt;
    }

    /**
     * Makes the file, with term 0 and no vote, and forces it and its name. It must not exist; what an unfinished call
     * left behind is replaced.
     */
    public static HardStateFile create(Storage storage, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (storage.exists(path)) {
            throw new IOException("file " + path + " exists: a node with a vote must not begin anew");
        }
        ByteBuffer content = ByteBuffer.allocate((int) SECOND_SLOT_AT + SLOT_BYTES);
        content.put(0, encode(new Slot(1, new HardState(0, ""), false)), 0, SLOT_BYTES);
        SmallFiles.replace(storage, directory, NAME, content);
        return open(storage, directory);
    }

    /** Opens the file; refuses it if neither slot can be read. */
    public static HardStateFile open(Storage storage, Path directory) throws IOException {
        return open(storage, directory, false);
    }

    /**
     * Opens the file.
     *
     * @param heals true if there are others from whom a term can be had again: where neither slot can be read, the file is
     *     then {@link #doubtful}
     * @throws DamagedFileException if neither slot can be read, and nothing heals that
     * @throws IOException if there is no such file, or a later release wrote it
     */
    public static HardStateFile open(Storage storage, Path directory, boolean heals) throws IOException {
        Path path = directory.resolve(NAME);
        if (!storage.exists(path)) {
            throw new IOException(
                    "file " + path + " is missing: the node does not know what it has voted. Move its whole"
                            + " directory away, and let it join anew from its peers under a new disk id");
        }
        StorageFile file = storage.open(path, OpenMode.READ_WRITE);
        try {
            Placed newest = newest(path, file);
            if (newest == null && !heals) {
                throw new DamagedFileException(path, "neither of its two slots can be read");
            } else if (newest == null) {
                LOG.error("file {} is damaged: neither of its two slots can be read; the vote is forgotten", path);
                newest = new Placed(new Slot(0, new HardState(0, ""), true), SECOND_SLOT_AT);
            }
            // What a killed process wrote may be in the system's cache alone.
            file.force();
            return new HardStateFile(file, newest.slot(), newest.at());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What the file holds; see {@link #state} and {@link #doubtful}. */
    public record Content(HardState state, boolean doubtful) {}

    /** Reads the file of a node that is not running, and changes nothing. */
    public static Content read(Storage storage, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            Placed newest = newest(path, file);
            if (newest == null) {
                throw new DamagedFileException(path, "neither of its two slots can be read");
            }
            return new Content(newest.slot().state(), newest.slot().doubtful());
        }
    }

    private record Placed(Slot slot, long at) {}

    /** Null if neither slot can be read. */
    private static @Nullable Placed newest(Path path, StorageFile file) throws IOException {
        ByteBuffer first = read(file, 0);
        ByteBuffer second = read(file, SECOND_SLOT_AT);
        Slot a = decode(path, first);
        Slot b = decode(path, second);
        boolean secondIsNewest = a == null || (b != null && b.sequence() > a.sequence());
        Slot newest = secondIsNewest ? b : a;
        if (newest == null) {
            return null;
        }
        boolean damaged = (a == null && !isZero(first)) || (b == null && !isZero(second));
        Slot slot = new Slot(newest.sequence(), newest.state(), newest.doubtful() || damaged);
        return new Placed(slot, secondIsNewest ? SECOND_SLOT_AT : 0);
    }

    /** What was saved last. */
    public HardState state() {
        return newest.state();
    }

    /** True if a vote may have been forgotten, and that has not been settled. */
    public boolean doubtful() {
        return newest.doubtful();
    }

    /**
     * Returns when {@code state} is on stable storage.
     *
     * @throws IllegalStateException if the term falls, or a vote is changed within its term
     */
    public void save(HardState state) throws IOException {
        HardState old = newest.state();
        boolean changesVote = state.term() == old.term()
                && !old.votedFor().isEmpty()
                && !old.votedFor().equals(state.votedFor());
        if (state.term() < old.term() || changesVote) {
            throw new IllegalStateException(old + " in " + file.path() + " must not become " + state);
        }
        write(new Slot(newest.sequence() + 1, state, newest.doubtful()));
    }

    /** Ends the doubt, once the node has learnt what it may have forgotten. Returns when that is on stable storage. */
    public void settle() throws IOException {
        if (newest.doubtful()) {
            write(new Slot(newest.sequence() + 1, newest.state(), false));
        }
    }

    private void write(Slot slot) throws IOException {
        if (failure != null) {
            throw new IOException(
                    "file " + file.path()
                            + " failed earlier and is not written any more; restart the node once the disk"
                            + " is good",
                    failure);
        }
        ByteBuffer bytes = ByteBuffer.wrap(encode(slot));
        long at = newestAt == 0 ? SECOND_SLOT_AT : 0;
        try {
            file.write(bytes, at);
            file.force();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        newest = slot;
        newestAt = at;
    }

    private static byte[] encode(Slot slot) {
        byte[] name = slot.state().votedFor().getBytes(UTF_8);
        if (name.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "\"" + slot.state().votedFor() + "\" has more than " + MAX_NAME_BYTES + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
        bytes.putInt(MAGIC)
                .put((byte) VERSION)
                .put((byte) (slot.doubtful() ? DOUBTFUL : 0))
                .putShort((short) name.length)
                .putLong(slot.sequence())
                .putLong(slot.state().term())
                .position(NAME_AT)
                .put(name)
                .putLong(STOP_AT, slot.state().masterStopNanos() + 1);
        bytes.putInt(CRC_AT, Checksums.crc32c(bytes.clear(), 0, CRC_AT));
        return bytes.array();
    }

    /** Null if it is empty or damaged. */
    private static @Nullable Slot decode(Path path, ByteBuffer bytes) throws IOException {
        if (bytes.getInt(0) != MAGIC || bytes.getInt(CRC_AT) != Checksums.crc32c(bytes, 0, CRC_AT)) {
            return null;
        }
        if (bytes.get(4) != VERSION) {
            throw new IOException("file " + path + " has format version " + bytes.get(4) + ", and this release reads "
                    + VERSION + ": start the release that wrote it");
        }
        byte[] name = new byte[Math.min(bytes.getShort(6), MAX_NAME_BYTES)];
        bytes.get(NAME_AT, name);
        long stop = bytes.getLong(STOP_AT) - 1; // zero in what a release wrote that did not know of it
        HardState state = new HardState(bytes.getLong(16), new String(name, UTF_8), stop);
        return new Slot(bytes.getLong(8), state, (bytes.get(5) & DOUBTFUL) != 0);
    }

    private static ByteBuffer read(StorageFile file, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
        file.read(bytes, at); // what a short file lacks stays zero
        return bytes.clear();
    }

    private static boolean isZero(ByteBuffer bytes) {
        for (int i = 0; i < SLOT_BYTES; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
