package io.holdfast.verification.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Details;
import io.holdfast.backup.source.DirectoryRestore;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.ReadLevel;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Restores what two layers hold, and looks whether it is what was there: that every byte is as it was stored does not say that it was stored
 * right. Works on copies of the layers, in which a restore leaves its mark. For one thread, while nothing writes to the layers.
 */
final class RestoreCheck {
    private static final Duration PATIENCE = Waiting.PATIENCE;

    private final Path scratch;
    private final Path near;
    private final Path away;
    private final BackupKeys keys;

    /**
     * Copies the layers.
     *
     * @param scratch absent; is there afterwards
     */
    RestoreCheck(Path scratch, Path near, Path away, BackupKeys keys) throws IOException {
        this.scratch = Files.createDirectory(scratch);
        this.near = copy(near, scratch.resolve("near"));
        this.away = copy(away, scratch.resolve("away"));
        this.keys = keys;
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
        return to;
    }

    /**
     * Restores the state to its end, as the only node of a cluster, and reads its map.
     *
     * @param count how many keys there are, from 0
     * @param atLeast the version that had been acknowledged before the backup began
     * @param atMost the last one that was written, acknowledged or not
     * @return what is wrong; empty if nothing is
     */
    List<String> state(int count, long atLeast, long atMost) throws IOException {
        String bind = Loopback.text(Loopback.free());
        List<String> voters = List.of("node-1@" + bind);
        Path directory = scratch.resolve("node-1");
        SecureRandom random = new SecureRandom();
        StateRestore.from(BackupRepository.directory(near), BackupRepository.directory(away))
                .keys(keys)
                .into(
                        OfflineRestore.into(new Target(directory, BackedNode.CLUSTER, "node-1", bind, voters), random),
                        random);
        Map<Long, byte[]> found = new TreeMap<>();
        try (HaCluster cluster = HaCluster.builder(BackedNode.CLUSTER)
                .node(Node.of("node-1").bind(bind))
                .with(LogReplication.inDirectory(directory)
                        .bootstrap(voters.toArray(String[]::new))
                        .segmentBytes(1 << 20))
                .start()) {
            cluster.awaitReady(PATIENCE);
            try (var all =
                    BackedNode.map(cluster).reading(ReadLevel.linearizable()).scan()) {
                all.forEach(each -> found.put(each.getKey(), each.getValue()));
            }
        }
        return wrong(found, count, atLeast, atMost);
    }

    /** See {@link #state}. All keys are written together, and so have the same version. */
    static List<String> wrong(Map<Long, byte[]> found, int count, long atLeast, long atMost) {
        List<String> problems = new ArrayList<>();
        if (found.size() != count) {
            problems.add("restored: " + found.size() + " keys instead of " + count);
        }
        long version = found.isEmpty()
                ? -1
                : Values.versionIn(found.values().iterator().next());
        if (version < atLeast || version > atMost) {
            problems.add("restored: version " + version + ", and it should be one of " + atLeast + " to " + atMost);
        }
        found.forEach((key, value) -> {
            if (!Arrays.equals(value, Values.of(key, version))) {
                problems.add("restored: the key " + key + " has not the value of version " + version);
            }
        });
        return problems;
    }

    /**
     * Unpacks all backups of a directory from each layer.
     *
     * @param name of the source
     * @param source the directory, which has not changed since the first of them
     * @return what is wrong; empty if nothing is
     */
    List<String> files(String name, Path source) throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        int copies = 0;
        for (Path layer : List.of(near, away)) {
            StoredBackups stored = StoredBackups.in(BackupRepository.directory(layer), keys);
            for (Details backup : stored.contents().backups()) {
                if (backup.info().source().equals(name)) {
                    copies++;
                    Path target = Files.createDirectory(scratch.resolve("files-" + copies));
                    try (InputStream part = stored.read(backup.parts().get(0).object())) {
                        DirectoryRestore.into(target).unforced().from(part);
                    }
                    problems.addAll(differences(source, target));
                }
            }
        }
        if (copies == 0) {
            problems.add("restored: no layer has a backup of " + name);
        }
        return problems;
    }

    /** Of their files, each by its bytes. */
    static List<String> differences(Path source, Path target) throws IOException {
        List<String> problems = new ArrayList<>();
        List<String> names = names(source);
        if (!names.equals(names(target))) {
            problems.add("restored: " + names(target) + " instead of " + names);
            return problems;
        }
        for (String name : names) {
            long at = Files.mismatch(source.resolve(name), target.resolve(name));
            if (at >= 0) {
                problems.add("restored: " + name + " differs at byte " + at);
            }
        }
        return problems;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** Removes all of it. */
    void remove() throws IOException {
        BackupBar.delete(scratch);
    }
}
