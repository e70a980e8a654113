package io.holdfast.verification.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.source.DirectorySource;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One node that is backed up to two directories, in a process of its own; see {@link BackedOptions} for its arguments. Each line of its
 * standard input is a number and a command, and is answered by a line that begins with the number:
 *
 * <ul>
 *   <li>{@code status}: role, term, applied index, and {@code ready}, {@code waiting} or {@code failed};
 *   <li>{@code put VERSION COUNT}: writes the keys 0 to COUNT - 1 with that version;
 *   <li>{@code backup SOURCE}: makes a backup, and is answered by its id, its last entry and its bytes, whenever that is done;
 *   <li>{@code resign}: gives mastership to another node, if it has it;
 *   <li>{@code content INDEX}: what its own copy of the map holds at that entry or later, as {@link MapDigest} says.
 * </ul>
 *
 * <p>What cannot be done now is answered by {@code not} and the reason. The end of the standard input stops it.
 */
final class BackedNode {
    /** The cluster's name. */
    static final String CLUSTER = "backed";
    /** The map that is written. */
    static final String MAP = "values";
    /** The source that is the state. */
    static final String STATE = "state";
    /** The source that is a directory. */
    static final String FILES = "files";

    static final List<String> SOURCES = List.of(STATE, FILES);

    /** So many backups of a source a layer keeps. */
    static final int KEPT = 2;

    private final HaCluster cluster;
    private final ReplicatedLog log;
    private final PrintStream out = System.out;

    private BackedNode(HaCluster cluster) {
        this.cluster = cluster;
        this.log = ReplicatedLog.in(cluster);
    }

    public static void main(String[] args) throws IOException {
        BackedOptions options = BackedOptions.decode(args);
        Backups backups = Backups.to(
                        BackupLayer.of("near", BackupRepository.directory(options.near()))
                                .keep(Retention.least().last(KEPT)),
                        BackupLayer.of("away", BackupRepository.directory(options.away()))
                                .keep(Retention.least().last(KEPT)))
                .keys(BackupKeys.inFile(options.keyFile()))
                .physical(Schedule.daily())
                .archiveEvery(Duration.ofSeconds(1));
        HaCluster cluster = HaCluster.builder(CLUSTER)
                .node(Node.of(options.id()).bind(options.bind()))
                .with(LogReplication.inDirectory(options.directory())
                        .bootstrap(options.bootstrap().toArray(String[]::new))
                        .segmentBytes(options.segmentBytes()))
                .with(
                        options.files().isEmpty()
                                ? backups
                                : backups.physical(
                                        Schedule.daily(), DirectorySource.of(FILES, Path.of(options.files()))))
                .start();
        System.out.println("started");
        new BackedNode(cluster).serve();
        cluster.close();
    }

    /** The map, for whoever uses it. */
    static ReplicatedMap<Long, byte[]> map(HaCluster cluster) {
        return ReplicatedMap.in(cluster, MAP, Codec.longs(), Codec.bytes());
    }

    private void serve() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            try {
                obey(words);
            } catch (NotAvailableException | OutcomeUnknownException | OverloadedException notNow) {
                answer(words[0], "not " + notNow);
            } catch (RuntimeException e) {
                answer(words[0], "problem " + e);
            }
        }
    }

    private void answer(String number, String text) {
        out.println(number + " " + text.replaceAll("\\s+", " "));
    }

    private void obey(String[] words) {
        switch (words[1]) {
            case "status" -> answer(words[0], status());
            case "put" -> answer(words[0], put(Long.parseLong(words[2]), Integer.parseInt(words[3])));
            case "backup" -> backUp(words[0], words[2]);
            case "resign" -> resign(words[0]);
            case "content" -> answer(words[0], content(Long.parseLong(words[2])));
            default -> throw new IllegalArgumentException("unknown command " + words[1]);
        }
    }

    private String status() {
        LogStatus status = log.status();
        String state = cluster.failure().isPresent() ? "failed" : cluster.isReady() ? "ready" : "waiting";
        return status.role() + " " + status.term() + " " + status.appliedIndex() + " " + state;
    }

    private String put(long version, int count) {
        var batch = map(cluster).batch();
        for (long key = 0; key < count; key++) {
            batch.put(key, Values.of(key, version));
        }
        batch.write();
        return "ok";
    }

    private void backUp(String number, String source) {
        var unused = cluster.feature(BackupService.class)
                .runNow(source)
                .whenComplete((made, problem) -> answer(
                        number,
                        problem != null
                                ? "not " + problem
                                : made.id() + " "
                                        + made.range().map(LogRange::toIndex).orElse(0L) + " " + made.storedBytes()));
    }

    private void resign(String number) {
        var unused = cluster.transferMastership("")
                .whenComplete((holder, problem) -> answer(number, problem != null ? "not " + problem : "ok"));
    }

    private String content(long index) {
        MapDigest digest = new MapDigest();
        try (var all = map(cluster).reading(ReadLevel.atLeast(index)).scan()) {
            for (Map.Entry<Long, byte[]> each : (Iterable<Map.Entry<Long, byte[]>>) all::iterator) {
                digest.add(each.getKey(), each.getValue());
            }
        }
        return digest.told();
    }
}
