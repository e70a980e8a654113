package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupService;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.StateBackups;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * One node of a cluster that is backed up, a process of its own: {@code SavedNode ID PORT DIRECTORY NEAR AWAY KEYS ID@HOST:PORT...}. It
 * prints a {@link NodeStatus} every 200 ms and {@link NodeEvent}s as they happen. It is told {@code backup SOURCE}, {@code content INDEX},
 * which has it say what its own copy of the map holds at that entry or later, and {@code stop}, and dies when its standard input ends.
 */
public final class SavedNode {
    /** The cluster's name. */
    static final String CLUSTER = "demo";
    /** The map, and the logical backups of it. */
    static final String LINES = "lines";
    /** The physical backups of all of the state. */
    static final String STATE = "state";
    /** So that the longest line that a file may have fits into an entry. */
    static final int MAX_ENTRY_BYTES = 8 << 20;

    private static final int SEGMENT_BYTES = 16 << 20;
    /** The shortest that there is: nobody wants to wait for a demonstration. */
    private static final Duration ARCHIVE_EVERY = Duration.ofSeconds(1);

    private final String id;
    private final ObjectMapper json = new ObjectMapper();
    private final PrintStream out = System.out;

    private SavedNode(String id) {
        this.id = id;
    }

    /** Runs the node. */
    public static void main(String[] args) throws InterruptedException {
        new SavedNode(args[0]).run(args);
    }

    private void run(String[] args) throws InterruptedException {
        LateSource lines = new LateSource(LINES, BackupKind.LOGICAL);
        Orders orders = new Orders();
        try (HaCluster cluster = HaCluster.builder(CLUSTER)
                .node(Node.of(id).bind("127.0.0.1:" + args[1]))
                .with(LogReplication.inDirectory(Path.of(args[2]))
                        .bootstrap(Arrays.copyOfRange(args, 6, args.length))
                        .segmentBytes(SEGMENT_BYTES)
                        .maxEntryBytes(MAX_ENTRY_BYTES))
                .with(Backups.to(
                                BackupLayer.of("near", BackupRepository.directory(Path.of(args[3]))),
                                BackupLayer.of("away", BackupRepository.directory(Path.of(args[4])))
                                        .offSite())
                        .keys(BackupKeys.inFile(Path.of(args[5])))
                        .physical(Schedule.daily())
                        .logical(Schedule.daily(), lines)
                        .archiveEvery(ARCHIVE_EVERY))
                .start()) {
            lines.is(StateBackups.logical(LINES, CLUSTER, cluster.feature(ReplicatedState.class))
                    .maps(LINES));
            orders.listen(order -> obey(order, cluster));
            DemoNode.report(cluster, orders, out);
        }
    }

    /** The map, for whoever uses it. */
    static ReplicatedMap<Long, byte[]> map(HaCluster cluster) {
        return ReplicatedMap.in(cluster, LINES, Codec.longs(), Codec.bytes());
    }

    private void obey(String order, HaCluster cluster) {
        String[] words = order.split(" ", 2);
        switch (words[0]) {
            case "backup" -> backUp(words[1], cluster);
            case "content" -> tellContent(Long.parseLong(words[1]), cluster);
            default -> System.err.println("the order \"" + order + "\" is not known here");
        }
    }

    private void backUp(String source, HaCluster cluster) {
        var unused = cluster.feature(BackupService.class).runNow(source).whenComplete((made, problem) -> {
            if (problem == null) {
                happened(Kind.BACKED_UP, made.id());
            } else {
                happened(Kind.NOT_BACKED_UP, problem.toString());
            }
        });
    }

    private void tellContent(long index, HaCluster cluster) {
        MapContent.Sum sum = new MapContent.Sum();
        try (var all = map(cluster).reading(ReadLevel.atLeast(index)).scan()) {
            for (Map.Entry<Long, byte[]> each : (Iterable<Map.Entry<Long, byte[]>>) all::iterator) {
                sum.add(each.getKey(), each.getValue());
            }
        } catch (NotAvailableException e) {
            System.err.println("what the map holds at entry " + index + " cannot be told: " + e);
            return;
        }
        happened(Kind.CONTENT, index + " " + sum.now().toText());
    }

    private void happened(Kind kind, String text) {
        out.println(NodeEvent.MARK + DemoNode.toJson(json, new NodeEvent(id, kind, SharedClock.nanos(), 0, text)));
    }
}
