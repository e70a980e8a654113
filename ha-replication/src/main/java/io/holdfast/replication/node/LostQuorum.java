package io.holdfast.replication.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.OfflineRecovery.Plan;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.DamagedFileException;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.LogScanner;
import io.holdfast.replication.log.SegmentedLog;
import io.holdfast.replication.log.Voter;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotReader;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Recovery from a lost quorum; see {@link io.holdfast.replication.OfflineRecovery}.
 *
 * <p>First the identity gets a new cluster id, so that from then on nobody speaks to this node who belongs to the old cluster:
 * two of its lost disks that turn up after all are a majority of that one, and must not meet this one. Then a vote for itself
 * in the first term of a new epoch, then the new configuration as the log's last entry, which shows in the log what was done.
 */
public final class LostQuorum {
    /** For whichever follows its own. */
    public static final int NEXT_EPOCH = 0;

    private final Storage storage = Storage.files();
    private final Path directory;
    private final Identity identity;
    private final LogBase snapshot;
    private final Configuration inSnapshot;
    private final LastBatchTime times;

    private LostQuorum(Path directory) throws IOException {
        this.directory = directory;
        Identity found = IdentityFile.load(storage, directory);
        if (found == null || found.state() != State.FORMED) {
            throw new IOException(directory
                    + (found == null
                            ? " is no node's directory: there is no identity in it"
                            : " belongs to a cluster that was never formed"));
        }
        FeatureLevel.require(found.nodeId(), found.level(), FeatureLevel.SUPPORTED);
        this.identity = found;
        SnapshotFile newest = SnapshotStore.newest(storage, directory.resolve("snapshots"), found.logId());
        if (newest == null) {
            snapshot = LogBase.NONE;
            times = new LastBatchTime(0, 0);
            inSnapshot = found.configuration();
        } else {
            SnapshotMeta meta = newest.read(SnapshotReader::meta);
            snapshot = new LogBase(meta.index(), meta.term());
            times = new LastBatchTime(meta.wallMillis(), meta.masterNanos());
            inSnapshot = StoredState.configuration(newest);
        }
    }

    /** See {@link io.holdfast.replication.OfflineRecovery#plan}. */
    public static Plan plan(Path directory) throws IOException {
        return new LostQuorum(directory).plan();
    }

    private Plan plan() throws IOException {
        Configuration[] newest = {inSnapshot};
        long[] wallMillis = {0};
        LogScanner.Report log = LogScanner.scan(storage, directory.resolve("log"), snapshot, new LogScanner.Visitor() {
            @Override
            public void begins(LogBase base) {
                newest[0] = inSnapshot;
                wallMillis[0] = 0;
            }

            @Override
            public void batch(Path file, long offset, ByteBuf batch) {
                wallMillis[0] = Batch.wallMillis(batch);
                Configuration found = Batch.configuration(batch);
                if (found != null && Batch.firstIndex(batch) > snapshot.index()) {
                    newest[0] = found;
                }
            }
        });
        List<Voter> voters = newest[0].voters();
        long last = Math.max(snapshot.index(), log.lastIndex());
        return new Plan(
                identity.clusterName(),
                identity.clusterId().toString(),
                identity.nodeId(),
                identity.diskId().toString(),
                voters.stream().map(Voter::toString).toList(),
                voters.size() / 2 + 1,
                Math.max(snapshot.index(), Math.min(log.commitIndex(), last)),
                last,
                last == snapshot.index() ? snapshot.term() : log.lastTerm(),
                wallMillis[0],
                log.neededIndex() > last ? log.neededIndex() : 0,
                epoch(last == snapshot.index() ? snapshot.term() : log.lastTerm()),
                log.detail().isEmpty() ? List.of() : List.of(log.detail()));
    }

    /** Of what it has voted in, too, which is later than its log's if a recovery did not end. */
    private int epoch(long lastTerm) throws IOException {
        long term = lastTerm;
        try {
            term = Math.max(term, HardStateFile.read(storage, directory).state().term());
        } catch (DamagedFileException damaged) {
            // The log's is known, and a recovery puts up with that as well.
        }
        return new FencingToken(term).epoch();
    }

    /**
     * See {@link io.holdfast.replication.OfflineRecovery#recover}.
     *
     * @param epoch the one to begin, or {@link #NEXT_EPOCH}
     */
    public static String recover(Path directory, String clusterId, int epoch, RandomGenerator random)
            throws IOException {
        Storage storage = Storage.files();
        AutoCloseable lock = storage.lock(directory);
        try {
            LostQuorum recovery = new LostQuorum(directory);
            String known = recovery.identity.clusterId().toString();
            if (!known.equals(clusterId)) {
                throw new IllegalArgumentException(
                        "the cluster's id is " + known + ", not " + clusterId + "; nothing was changed");
            }
            return recovery.recover(epoch, random);
        } finally {
            unlock(lock, directory);
        }
    }

    static void unlock(AutoCloseable lock, Path directory) throws IOException {
        try {
            lock.close();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the lock of " + directory + " could not be released", e);
        }
    }

    private String recover(int epoch, RandomGenerator random) throws IOException {
        Configuration alone = alone();
        UUID newCluster = new UUID(random.nextLong(), random.nextLong());
        List<Voter> places = new ArrayList<>(alone.voters());
        places.addAll(alone.learners());
        Identity next = new Identity(
                identity.clusterName(),
                newCluster,
                identity.logId(),
                identity.nodeId(),
                identity.diskId(),
                State.FORMED,
                false,
                places,
                identity.formedLevel(),
                Math.max(identity.level(), alone.level()));
        try (HardStateFile vote = HardStateFile.open(storage, directory, true);
                SegmentedLog log = SegmentedLog.open(
                        storage,
                        directory.resolve("log"),
                        new LogOptions(64 << 10, true, true),
                        identity.logId(),
                        random,
                        SoleVoter.SAME_THREAD,
                        snapshot)) {
            long term = firstTerm(epoch, Math.max(vote.state().term(), log.lastTerm()));
            IdentityFile.save(storage, directory, next);
            SoleVoter.begin(vote, log, alone, term, times);
        }
        return newCluster.toString();
    }

    /** Its first term: larger than all that the others may have had without this node, who may have given tokens and sessions there. */
    private long firstTerm(int epoch, long term) throws IOException {
        int own = new FencingToken(term).epoch();
        if (own == Short.MAX_VALUE) {
            throw new IOException(directory + " is of epoch " + own + ", and there is none after it");
        }
        if (epoch != NEXT_EPOCH && (epoch <= own || epoch > Short.MAX_VALUE)) {
            throw new IllegalArgumentException("epoch " + epoch + " is not within " + (own + 1) + " to "
                    + Short.MAX_VALUE + ": " + directory + " is of epoch " + own);
        }
        return FencingToken.of(epoch == NEXT_EPOCH ? own + 1 : epoch, 1).value();
    }

    /** This node votes, and every other that the directory knows of has an empty place. */
    private Configuration alone() throws IOException {
        List<Voter> members = new ArrayList<>(inSnapshot.learners());
        members.addAll(identity.voters());
        int level = identity.level(); // which does not fall
        for (Configuration each : configurations()) {
            members.addAll(each.members());
            level = Math.max(level, each.level());
        }
        Map<String, Voter> others = new LinkedHashMap<>();
        Voter self = null;
        for (Voter voter : members) {
            if (voter.diskId().equals(identity.diskId())) {
                self = voter;
            } else if (!voter.nodeId().equals(identity.nodeId())) {
                others.put(voter.nodeId(), new Voter(voter.nodeId(), Voter.NO_DISK, voter.address()));
            }
        }
        if (self == null) {
            throw new IOException(directory + " belongs to node " + identity.nodeId() + ", whose disk "
                    + identity.diskId() + " is not known to the cluster in its own log: it had not caught up yet."
                    + " Recover another node's directory");
        }
        return new Configuration(List.of(self), List.of(), List.copyOf(others.values())).at(level);
    }

    /** All that this directory knows, the oldest first. */
    private List<Configuration> configurations() throws IOException {
        List<Configuration> all = new ArrayList<>(List.of(inSnapshot));
        LogScanner.scan(storage, directory.resolve("log"), snapshot, (file, offset, batch) -> {
            Configuration found = Batch.configuration(batch);
            if (found != null) {
                FeatureLevel.require(identity.nodeId(), found.level(), FeatureLevel.SUPPORTED);
                all.add(found);
            }
        });
        return all;
    }
}
