package io.holdfast.examples.demo;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.MapBatch;
import io.holdfast.replication.MapWatch;
import io.holdfast.replication.ReplicatedMap;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client in the demonstration's own process that puts a file's lines into a map, some at a time and each time waiting for the answer. In
 * the midst of it, it gives a wrong command, which clears the map, and goes on. It keeps a {@link SavedHistory} of what was acknowledged at
 * which entry. Its answers are safe from any thread.
 */
final class SavedClient implements AutoCloseable {
    /** Of longer files only the beginning is taken: a map is in the nodes' memory. */
    static final long MOST_LINES = 100_000;

    private static final int LINES_AT_ONCE = 100;
    private static final int BYTES_AT_ONCE = 256 << 10;
    private static final Duration READY = Duration.ofSeconds(30);
    private static final double SECONDS = 6;

    private final HaCluster cluster;
    private final InputFile input;
    private final long lines;
    private final ReplicatedMap<Long, byte[]> map;
    private final SavedHistory history;
    private final MapWatch watch;
    private final MapContent.Sum sum = new MapContent.Sum();
    private final Pacer pacer = new Pacer();
    private final Thread thread = new Thread(this::run, "client");
    private volatile long acknowledged;
    private volatile boolean finished;
    private volatile @Nullable Throwable failure;

    private SavedClient(HaCluster cluster, InputFile input, SavedHistory history, MapWatch watch) {
        this.cluster = cluster;
        this.input = input;
        this.lines = Math.min(input.lines(), MOST_LINES);
        this.map = SavedNode.map(cluster);
        this.history = history;
        this.watch = watch;
        pacer.limitTo(lines / SECONDS);
        thread.setDaemon(true);
    }

    /** A process that uses the cluster. */
    static HaCluster connect(List<String> addresses) {
        HaCluster cluster = HaCluster.builder(SavedNode.CLUSTER)
                .node(Node.client("client"))
                .with(LogReplication.client(addresses.toArray(new String[0])).maxEntryBytes(SavedNode.MAX_ENTRY_BYTES))
                .start();
        cluster.awaitReady(READY);
        return cluster;
    }

    /** Begins. */
    static SavedClient start(InputFile input, List<String> addresses) {
        HaCluster cluster = connect(addresses);
        SavedHistory history = new SavedHistory();
        MapWatch watch = SavedNode.map(cluster).watch(0, event -> {
            if (event.isLast()) {
                history.told(event.index());
            }
        });
        SavedClient client = new SavedClient(cluster, input, history, watch);
        client.thread.start();
        return client;
    }

    private void run() {
        try (RecordReader records = new RecordReader(input.path())) {
            long wrongAt = lines * 3 / 4;
            boolean given = false;
            byte[] record = records.next();
            while (record != null && acknowledged < lines) {
                if (!given && acknowledged >= wrongAt) {
                    given = true;
                    map.clear();
                    sum.clear();
                    history.acknowledged(true, sum.now());
                }
                record = write(records, record, given ? lines : wrongAt);
            }
            finished = true;
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /** Writes the next few lines, up to that number; returns the first one after them. */
    private byte @Nullable [] write(RecordReader records, byte[] first, long upTo) throws IOException {
        MapBatch<Long, byte[]> batch = map.batch();
        byte[] record = first;
        long number = acknowledged;
        int bytes = 0;
        do {
            pacer.await();
            batch.put(number, record);
            sum.add(number, record);
            bytes += record.length;
            number++;
            record = records.next();
        } while (record != null
                && number < upTo
                && batch.size() < LINES_AT_ONCE
                && bytes + record.length <= BYTES_AT_ONCE);
        batch.write();
        history.acknowledged(false, sum.now());
        acknowledged = number;
        return record;
    }

    /** Lines that have been acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    /** How many it will have written in the end. */
    long lines() {
        return lines;
    }

    /**
     * True if it has written all, and is told at which entries.
     *
     * @throws DemoFailure if a write failed
     */
    boolean isFinished() {
        Throwable problem = failure;
        if (problem != null) {
            throw new DemoFailure("the client could not write: " + problem);
        }
        return finished && history.isComplete();
    }

    SavedHistory history() {
        return history;
    }

    /** Of the master, as this client knows it. */
    Optional<FencingToken> token() {
        return token(cluster);
    }

    /** Of the master, as a client knows it. */
    static Optional<FencingToken> token(HaCluster client) {
        return client.feature(ReplicatedState.class).announcedMaster().map(RoleHolder::token);
    }

    @Override
    public void close() {
        thread.interrupt();
        watch.close();
        cluster.close();
    }
}
