package io.holdfast.replication.raft;

import io.holdfast.replication.log.BatchMeta;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.raft.RaftEffect.SaveHardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node's disk. Writes are done at once, but only a force makes them outlast a crash; a force covers what was written
 * when it began, and one runs at a time. By default it ends at once; after {@link #manual()}, when the test says so.
 */
final class TestDisk {
    private record Force(List<BatchMeta> content) {
        BatchMeta last() {
            return content.get(content.size() - 1);
        }
    }

    private final ArrayDeque<SaveHardState> saves = new ArrayDeque<>();
    private final ArrayDeque<Force> forces = new ArrayDeque<>();
    private final List<BatchMeta> written = new ArrayList<>();
    private List<BatchMeta> forced = List.of();
    private boolean immediate = true;

    private long term = 1;
    private String votedFor = "";
    private long olderTerm = 1;
    private String olderVote = "";
    private long masterStopNanos = -1;
    private long olderMasterStopNanos = -1;
    private LogBase base = LogBase.NONE;
    private @Nullable SnapshotMark snapshot;
    private List<BatchMeta> snapshotContent = List.of();

    /** What recovery would say of the log's end. */
    boolean tailCut;
    /** Up to where recovery would know that entries are committed. */
    long needed;
    /** True if the snapshot was put there before the node joined. */
    boolean seeded;
    /** What recovery would say of the vote. */
    boolean voteForgotten;

    /** Content of the log at the beginning: batches of one entry of 100 bytes, of these terms. */
    TestDisk log(long... terms) {
        written.clear();
        for (long batchTerm : terms) {
            written.add(new BatchMeta(written.size() + 1L, 1, batchTerm, 100));
        }
        forced = List.copyOf(written);
        term = Math.max(term, terms[terms.length - 1]);
        return this;
    }

    /** Term and vote at the beginning. */
    TestDisk hardState(long savedTerm, String vote) {
        term = savedTerm;
        votedFor = vote;
        return this;
    }

    TestDisk manual() {
        immediate = false;
        return this;
    }

    TestDisk immediate() {
        immediate = true;
        return this;
    }

    long term() {
        return term;
    }

    String votedFor() {
        return votedFor;
    }

    long masterStopNanos() {
        return masterStopNanos;
    }

    /** What a reader of the files sees, forced or not. */
    List<BatchMeta> written() {
        return List.copyOf(written);
    }

    /** What outlasts a crash. */
    List<BatchMeta> forced() {
        return forced;
    }

    /** A log that ends before the snapshot begins anew after it. */
    LogIndex open() {
        SnapshotMark mark = snapshot;
        if (mark != null && lastIndex(forced) < mark.index()) {
            install(snapshotContent);
        }
        LogIndex log = new LogIndex(base);
        forced.stream().filter(batch -> batch.firstIndex() > base.index()).forEach(log::append);
        return log;
    }

    private static long lastIndex(List<BatchMeta> log) {
        return log.isEmpty() ? 0 : log.get(log.size() - 1).lastIndex();
    }

    /** A snapshot of the state after these batches is on stable storage. */
    SnapshotMark take(List<BatchMeta> content, long bytes) {
        BatchMeta last = content.get(content.size() - 1);
        SnapshotMark taken = new SnapshotMark(last.lastIndex(), last.term(), bytes);
        if (snapshot == null || snapshot.index() < taken.index()) {
            snapshot = taken;
            snapshotContent = List.copyOf(content);
        }
        return taken;
    }

    @Nullable
    SnapshotMark snapshot() {
        return snapshot;
    }

    /** The log begins after this batch. What is dropped stays in {@link #written}, for those who check it. */
    void dropUpTo(BatchMeta last) {
        base = new LogBase(last.lastIndex(), last.term());
    }

    /** The log is what the snapshot that was fetched stands for, and begins after it. */
    void install(List<BatchMeta> content) {
        written.clear();
        written.addAll(content);
        forced = List.copyOf(content);
        forces.clear();
        dropUpTo(content.get(content.size() - 1));
    }

    boolean settled() {
        return !tailCut && !voteForgotten;
    }

    void save(SaveHardState save) {
        saves.add(save);
    }

    void append(BatchMeta batch) {
        written.add(batch);
        if (forces.isEmpty()) {
            forces.add(new Force(written()));
        }
    }

    /** The forces begun before no longer count. */
    void truncate(long fromIndex) {
        if (written.removeIf(batch -> batch.firstIndex() >= fromIndex)) {
            forces.clear();
        }
    }

    /** The inputs of everything that completes by itself. */
    List<RaftInput> completed() {
        List<RaftInput> inputs = new ArrayList<>();
        while (immediate && !saves.isEmpty()) {
            inputs.add(completeSave());
        }
        while (immediate && !forces.isEmpty()) {
            inputs.add(completeForce());
        }
        return inputs;
    }

    boolean saving() {
        return !saves.isEmpty();
    }

    boolean forcing() {
        return !forces.isEmpty();
    }

    RaftInput completeSave() {
        SaveHardState save = saves.remove();
        boolean changesVote = save.term() == term && !votedFor.isEmpty() && !votedFor.equals(save.votedFor());
        if (save.term() < term || changesVote) {
            throw new IllegalStateException("vote '" + votedFor + "' in term " + term + " must not become " + save);
        }
        olderTerm = term;
        olderVote = votedFor;
        olderMasterStopNanos = masterStopNanos;
        term = save.term();
        votedFor = save.votedFor();
        masterStopNanos = save.masterStopNanos();
        return new RaftInput.HardStateSaved(save.version());
    }

    RaftInput completeForce() {
        Force force = forces.remove();
        forced = force.content();
        if (!forced.equals(written)) {
            forces.add(new Force(written()));
        }
        return new RaftInput.Persisted(force.last().term(), force.last().lastIndex());
    }

    void crash() {
        saves.clear();
        forces.clear();
        written.clear();
        written.addAll(forced);
    }

    /** Damages the last batch after it was forced; recovery cuts it and cannot tell. One that is in the snapshot stays. */
    void loseLastBatch() {
        tailCut = true;
        if (snapshot != null && snapshot.index() >= lastIndex(forced)) {
            return;
        }
        forced = forced.subList(0, forced.size() - 1);
        written.clear();
        written.addAll(forced);
    }

    /** Damages the newest vote; recovery finds the one before. */
    void forgetVote() {
        term = olderTerm;
        votedFor = olderVote;
        masterStopNanos = olderMasterStopNanos;
        voteForgotten = true;
    }

    /** The same, where the one before was of this term. */
    void forgetVote(long termBefore) {
        olderTerm = termBefore;
        olderVote = "";
        forgetVote();
    }

    void settle() {
        tailCut = false;
        needed = 0;
        voteForgotten = false;
    }
}
