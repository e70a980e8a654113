package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.Configuration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** One node of a {@link RaftCluster}: its disk, and while it runs, its voter. */
final class TestNode {
    static final long NO_TIMER = Long.MAX_VALUE;

    final String id;
    final TestDisk disk = new TestDisk();
    private final SplittableRandom random;
    private Raft raft;
    long timerAtNanos = NO_TIMER;
    boolean paused;
    private RaftEffect.FetchSnapshot fetching;
    long fetchedBytes;

    TestNode(String id, long seed) {
        this.id = id;
        this.random = new SplittableRandom(seed);
    }

    boolean running() {
        return raft != null;
    }

    Raft raft() {
        if (raft == null) {
            throw new IllegalStateException(id + " does not run");
        }
        return raft;
    }

    void open(RaftConfig config, Membership members, Map<BatchMeta, Configuration> configurations) {
        SnapshotMark mark = disk.snapshot();
        LogIndex log = disk.open();
        for (BatchMeta batch : disk.written()) {
            Configuration configuration = configurations.get(batch);
            if (configuration != null && batch.firstIndex() <= log.lastIndex()) {
                members.append(batch.firstIndex(), configuration);
            }
        }
        long commit = mark == null ? 0 : mark.index();
        raft = new Raft(
                config,
                log,
                members,
                disk.term(),
                disk.votedFor(),
                disk.masterStopNanos(),
                commit,
                disk.tailCut,
                disk.needed,
                disk.voteForgotten,
                random);
        if (disk.seeded) {
            raft.seeded();
        }
    }

    /** Begins, or goes on. */
    void fetch(RaftEffect.FetchSnapshot offer) {
        if (!offer.equals(fetching)) {
            fetching = offer;
            fetchedBytes = 0;
        }
    }

    /** What the disk says when the chunk is written. */
    List<RaftInput> stored(RaftEffect.StoreChunk chunk) {
        if (fetching == null || fetching.index() != chunk.index() || fetchedBytes != chunk.offset()) {
            return List.of();
        }
        fetchedBytes += chunk.length();
        long index = fetching.index();
        long bytes = fetching.bytes();
        return fetchedBytes < bytes
                ? List.of(new RaftInput.SnapshotFetched(index, fetchedBytes))
                : List.of(new RaftInput.SnapshotStored(index, fetching.term(), bytes, RaftCluster.configuration("-")));
    }

    void crash() {
        fetching = null;
        raft = null;
        timerAtNanos = NO_TIMER;
        paused = false;
        disk.crash();
    }
}
