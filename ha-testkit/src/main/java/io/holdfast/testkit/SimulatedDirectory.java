package io.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** A directory's entries, as the system shows them and as they are on the disk, with the changes in between. */
final class SimulatedDirectory {
    final TreeSet<String> directories = new TreeSet<>(); // forced as they are made
    private final TreeMap<String, SimulatedInode> current = new TreeMap<>();
    private final TreeMap<String, SimulatedInode> durable = new TreeMap<>();
    private final List<Change> unforced = new ArrayList<>();

    private sealed interface Change {}

    private record Added(String name, SimulatedInode inode) implements Change {}

    private record Removed(String name) implements Change {}

    /** A rename into this directory. Reaches the disk as one. */
    private record Moved(SimulatedDirectory from, String fromName, String toName, SimulatedInode inode)
            implements Change {}

    Map<String, SimulatedInode> files() {
        return current;
    }

    void add(String name, SimulatedInode inode) {
        current.put(name, inode);
        unforced.add(new Added(name, inode));
    }

    void remove(String name) {
        current.remove(name);
        unforced.add(new Removed(name));
    }

    void moveHere(SimulatedDirectory from, String fromName, String toName, SimulatedInode inode) {
        from.current.remove(fromName);
        current.put(toName, inode);
        unforced.add(new Moved(from, fromName, toName, inode));
    }

    void force() {
        reachDisk(unforced.size());
    }

    private void reachDisk(int changes) {
        for (Change change : unforced.subList(0, changes)) {
            if (change instanceof Added added) {
                durable.put(added.name(), added.inode());
            } else if (change instanceof Removed removed) {
                durable.remove(removed.name());
            } else if (change instanceof Moved moved) {
                moved.from().durable.remove(moved.fromName());
                durable.put(moved.toName(), moved.inode());
            }
        }
        unforced.subList(0, changes).clear();
    }

    void crash(CrashMode mode, SplittableRandom random) {
        int kept =
                switch (mode) {
                    case ALL_LOST -> 0;
                    case ALL_KEPT -> unforced.size();
                    case MIXED -> random.nextInt(unforced.size() + 1);
                };
        reachDisk(kept);
        unforced.clear();
    }

    /** After {@link #crash} of every directory. */
    void showDisk() {
        current.clear();
        current.putAll(durable);
    }
}
