package io.holdfast.replication.raft;

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

    void open(RaftConfig config) {
        raft = new Raft(config, disk.open(), disk.term(), disk.votedFor(), 0, disk.tailCut, disk.voteForgotten, random);
    }

    void crash() {
        raft = null;
        timerAtNanos = NO_TIMER;
        paused = false;
        disk.crash();
    }
}
