package io.holdfast.testkit;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk as one process sees it: with the process, its access ends. */
final class NodeStorage implements Storage {
    private final SimulatedRuntime runtime;
    private final SimulatedStorage disk;

    NodeStorage(SimulatedRuntime runtime, SimulatedStorage disk) {
        this.runtime = runtime;
        this.disk = disk;
    }

    void checkAlive(String what) throws IOException {
        if (!runtime.isAlive()) {
            throw new IOException(
                    what + ": this process of node " + runtime.node().id() + " has ended");
        }
    }

    SimulatedStorage disk() {
        return disk;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        String what = "cannot create the directory " + directory;
        disk.changing();
        checkAlive(what);
        Path path = SimulatedStorage.normal(directory);
        for (Path each = path; each != null; each = each.getParent()) {
            Path parent = each.getParent();
            SimulatedDirectory above =
                    parent == null ? null : disk.directories().get(parent);
            if (above != null && above.files().containsKey(name(each))) {
                throw new IOException(what + ": " + each + " is a file");
            }
        }
        for (Path each = path; each != null; each = each.getParent()) {
            disk.directories().computeIfAbsent(each, p -> new SimulatedDirectory());
            Path parent = each.getParent();
            if (parent != null) {
                disk.directories()
                        .computeIfAbsent(parent, p -> new SimulatedDirectory())
                        .directories
                        .add(name(each));
            }
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public boolean exists(Path path) throws IOException {
        checkAlive("cannot tell whether " + path + " exists");
        Path normal = SimulatedStorage.normal(path);
        SimulatedDirectory directory =
                normal.getParent() == null ? null : disk.directories().get(normal.getParent());
        return disk.directories().containsKey(normal)
                || (directory != null && directory.files().containsKey(name(normal)));
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        checkAlive("cannot list " + directory);
        SimulatedDirectory found = disk.directories().get(SimulatedStorage.normal(directory));
        if (found == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>(found.files().keySet());
        names.addAll(found.directories);
        return names.stream().sorted().map(directory::resolve).toList();
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        return new SimulatedFile(this, file, inode(file, mode), mode != OpenMode.READ);
    }

    @Override
    public StorageFile openForAppending(Path file, OpenMode mode, AppendMode appending) throws IOException {
        if (mode == OpenMode.READ) {
            return open(file, mode);
        }
        SimulatedInode inode = inode(file, mode);
        return disk.opened(new GatheringFile(appending, new SimulatedFile(this, file, inode, true), inode, disk));
    }

    private SimulatedInode inode(Path file, OpenMode mode) throws IOException {
        String what = "cannot open " + file + " to " + mode;
        if (mode == OpenMode.CREATE) {
            disk.changing();
        }
        checkAlive(what);
        Path path = SimulatedStorage.normal(file);
        SimulatedDirectory directory = disk.parentOf(path, what);
        SimulatedInode inode = directory.files().get(name(path));
        if (mode == OpenMode.CREATE) {
            if (inode != null || disk.directories().containsKey(path)) {
                throw new IOException(what + ": it exists");
            }
            inode = new SimulatedInode();
            directory.add(name(path), inode);
        } else if (inode == null) {
            throw new IOException(what + ": no such file");
        }
        return inode;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        String what = "cannot rename " + from + " to " + to;
        disk.changing();
        checkAlive(what);
        Path source = SimulatedStorage.normal(from);
        Path target = SimulatedStorage.normal(to);
        SimulatedDirectory sourceDirectory = disk.parentOf(source, what);
        SimulatedDirectory targetDirectory = disk.parentOf(target, what);
        SimulatedInode inode = sourceDirectory.files().get(name(source));
        if (inode == null) {
            throw new IOException(what + ": no such file");
        }
        if (disk.directories().containsKey(target)) {
            throw new IOException(what + ": the target is a directory");
        }
        if (!source.equals(target)) {
            targetDirectory.moveHere(sourceDirectory, name(source), name(target), inode);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        String what = "cannot delete " + file;
        disk.changing();
        checkAlive(what);
        Path path = SimulatedStorage.normal(file);
        SimulatedDirectory directory = disk.parentOf(path, what);
        if (!directory.files().containsKey(name(path))) {
            throw new IOException(what + ": no such file");
        }
        directory.remove(name(path));
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        String what = "cannot force the directory " + directory;
        disk.changing();
        checkAlive(what);
        SimulatedDirectory found = disk.directories().get(SimulatedStorage.normal(directory));
        if (found == null) {
            throw new IOException(what + ": no such directory");
        }
        disk.faults().beforeForce(directory);
        found.force();
    }

    @Override
    public AutoCloseable lock(Path directory) throws IOException {
        String what = "cannot lock " + directory;
        checkAlive(what);
        Path path = SimulatedStorage.normal(directory);
        if (!disk.directories().containsKey(path)) {
            throw new IOException(what + ": no such directory");
        }
        if (!disk.locks().add(path)) {
            throw new IOException(
                    "another node of this process uses " + directory + "; give each node a directory of its own");
        }
        return () -> {
            if (runtime.isAlive()) {
                disk.locks().remove(path);
            }
        };
    }

    @Override
    public Space space(Path directory) throws IOException {
        checkAlive("cannot tell how full " + directory + " is");
        return disk.space();
    }

    @Override
    public String fileSystemType(Path path) {
        return "simulated";
    }
}
