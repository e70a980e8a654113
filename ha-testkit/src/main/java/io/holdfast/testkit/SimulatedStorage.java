package io.holdfast.testkit;

import io.holdfast.core.runtime.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node's disk. What was written is seen at once, by later processes of the host too, but survives a loss of power only
 * if it was forced; see {@link CrashMode}. What an appended file gathers ({@code
 * AppendMode.GATHER}) stays in the process until it is forced, and dies with it; a force that the death interrupts may have
 * written a part. A new file, a rename and a deletion survive only if the directory was forced,
 * whatever became of the contents. Here a test also damages, fills and delays the disk. Paths are those of the default
 * file system, absolute or not; nothing of the real disk is touched.
 */
public final class SimulatedStorage {
    private final Simulation simulation;
    private final String nodeId;
    private final TreeMap<Path, SimulatedDirectory> directories = new TreeMap<>();
    private final Set<Path> locks = new TreeSet<>();
    private final DiskFaults faults = new DiskFaults();
    private final List<GatheringFile> gathering = new ArrayList<>();
    private long capacityBytes = Long.MAX_VALUE;
    private long stalledUntilNanos;
    private long operations;
    private long interceptAt;
    private @Nullable Runnable intercept;

    SimulatedStorage(Simulation simulation, String nodeId) {
        this.simulation = simulation;
        this.nodeId = nodeId;
    }

    /** The next force of any file fails; what was written since the last one may then be lost, forced again or not. */
    public void failNextForce(String message) {
        failNextForce(path -> true, message);
    }

    /** The next force of such a file fails. Several calls let several forces fail. */
    public void failNextForce(Predicate<Path> files, String message) {
        faults.failNextForce(files, message);
    }

    /** The next write to any file fails, before it has written anything. */
    public void failNextWrite(String message) {
        failNextWrite(path -> true, message);
    }

    /** The next write to such a file fails. Several calls let several writes fail. */
    public void failNextWrite(Predicate<Path> files, String message) {
        faults.failNextWrite(files, message);
    }

    /** Takes back all failures that have not happened yet. */
    public void clearFailures() {
        faults.clear();
    }

    /** How many times the disk has been asked to change something: a write, a force, a file made, renamed or removed. */
    public long operations() {
        return operations;
    }

    /**
     * Just before the disk carries out an operation, something happens. A crash or kill of the node then interrupts the task
     * that asked for it, in its midst; otherwise tasks happen as a whole.
     *
     * @param operation its number by {@link #operations}, higher than the present one
     */
    public void beforeOperation(long operation, Runnable then) {
        if (operation <= operations) {
            throw new IllegalArgumentException(
                    "operation " + operation + " of node " + nodeId + " is over; the last one was " + operations);
        }
        interceptAt = operation;
        intercept = then;
    }

    /** The disk is about to change. */
    void changing() {
        operations++;
        Runnable then = intercept;
        if (then != null && operations == interceptAt) {
            intercept = null;
            then.run();
        }
    }

    /** How much the files may hold together, by their lengths; unlimited at first. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** The sum of the files' lengths. */
    public long usedBytes() {
        long used = 0;
        for (SimulatedDirectory directory : directories.values()) {
            for (SimulatedInode inode : directory.files().values()) {
                used += inode.size();
            }
        }
        return used;
    }

    /** No task of a worker ends before {@code duration} has passed: the disk answers nothing. */
    public void stall(Duration duration) {
        long until = simulation.nowNanos() + Times.nanos(duration, "the stall");
        stalledUntilNanos = Math.max(stalledUntilNanos, until);
    }

    /** Ends a {@link #stall} for tasks that have not begun to wait for it. */
    public void endStall() {
        stalledUntilNanos = 0;
    }

    /**
     * Flips one bit, on the disk and in what is shown.
     *
     * @param offset of the byte, within the file
     * @param bit 0 to 7
     * @throws IllegalArgumentException if there is no such file or byte
     */
    public void flipBit(Path file, long offset, int bit) {
        SimulatedInode inode = find(file);
        if (inode == null || offset < 0 || offset >= inode.size() || bit < 0 || bit > 7) {
            throw new IllegalArgumentException("node " + nodeId + " has no bit " + bit + " of byte " + offset + " of "
                    + file + (inode == null ? ": no such file" : ", which has " + inode.size() + " bytes"));
        }
        inode.flip(offset, bit);
    }

    /** What a file shows, or null if there is none. */
    public byte @Nullable [] read(Path file) {
        SimulatedInode inode = find(file);
        if (inode == null) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(inode.size()));
        inode.read(bytes, 0);
        return bytes.array();
    }

    /** All files, sorted. */
    public List<Path> files() {
        List<Path> found = new ArrayList<>();
        directories.forEach(
                (path, directory) -> directory.files().keySet().forEach(name -> found.add(path.resolve(name))));
        Collections.sort(found);
        return found;
    }

    /** How many writes and cuts of a file wait for a force; 0 if there is no such file. */
    public int unforced(Path file) {
        SimulatedInode inode = find(file);
        if (inode == null) {
            return 0;
        }
        return inode.unforcedCount()
                + gathering.stream()
                        .filter(each -> each.isOf(inode))
                        .mapToInt(GatheringFile::gatheredWrites)
                        .sum();
    }

    /** A new, empty disk takes its place. The node must not run. */
    public void wipe() {
        if (simulation.node(nodeId).running()) {
            throw new IllegalStateException(
                    "node " + nodeId + " runs; kill() or crash() it before its disk is emptied");
        }
        directories.clear();
    }

    GatheringFile opened(GatheringFile file) {
        gathering.add(file);
        return file;
    }

    void closed(GatheringFile file) {
        gathering.remove(file);
    }

    /** The process is killed. */
    void kill() {
        gathering.forEach(file -> file.killed(simulation.streams().disk));
        gathering.clear();
    }

    /** The process has ended in good order. */
    void processEnded() {
        gathering.clear();
    }

    void crash(CrashMode mode) {
        gathering.forEach(file -> file.powerLost(mode));
        gathering.clear();
        directories.values().forEach(directory -> directory.crash(mode, simulation.streams().disk));
        Set<SimulatedInode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (SimulatedDirectory directory : directories.values()) {
            directory.showDisk();
            for (SimulatedInode inode : directory.files().values()) {
                if (seen.add(inode)) {
                    inode.crash(mode, simulation.streams().disk);
                }
            }
        }
        locks.clear();
    }

    void releaseLocks() {
        locks.clear();
    }

    Set<Path> locks() {
        return locks;
    }

    DiskFaults faults() {
        return faults;
    }

    long stalledUntilNanos() {
        return stalledUntilNanos;
    }

    /** Unknown as long as no capacity has been set. */
    Storage.Space space() {
        return capacityBytes == Long.MAX_VALUE
                ? Storage.Space.UNKNOWN
                : new Storage.Space(Math.max(0, capacityBytes - usedBytes()), capacityBytes);
    }

    /** How many of {@code bytes} more fit. */
    long fitting(long bytes) {
        return capacityBytes == Long.MAX_VALUE ? bytes : Math.max(0, Math.min(bytes, capacityBytes - usedBytes()));
    }

    Map<Path, SimulatedDirectory> directories() {
        return directories;
    }

    static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private @Nullable SimulatedInode find(Path file) {
        Path path = normal(file);
        Path parent = path.getParent();
        SimulatedDirectory directory = parent == null ? null : directories.get(parent);
        return directory == null ? null : directory.files().get(String.valueOf(path.getFileName()));
    }

    /** The directory in which a path lies. */
    SimulatedDirectory parentOf(Path path, String what) throws IOException {
        Path parent = path.getParent();
        SimulatedDirectory directory = parent == null ? null : directories.get(parent);
        if (directory == null) {
            throw new IOException(what + ": no directory " + parent + " on node " + nodeId);
        }
        return directory;
    }

    @Override
    public String toString() {
        return "disk of node " + nodeId;
    }
}
