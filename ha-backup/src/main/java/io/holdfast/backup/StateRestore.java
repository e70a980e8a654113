package io.holdfast.backup;

import io.holdfast.backup.restore.OneContainer;
import io.holdfast.backup.restore.Restoring;
import io.holdfast.backup.restore.Restoring.Asked;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Restores replicated state from the repositories where its backups are, to the directory of a node that is the beginning of a new cluster.
 *
 * <pre>{@code
 * Restored restored = StateRestore.from(BackupRepository.directory(nas), BackupRepository.directory(other))
 *         .keys(BackupKeys.inFile(keys))
 *         .upTo(RestoreBound.before(4711))
 *         .into(OfflineRestore.into(new Target(directory, "shop", "node-1", "10.0.0.1:7400", others), new SecureRandom()),
 *                 new SecureRandom());
 * }</pre>
 *
 * <p>It takes the newest physical backup that is not after the bound, and the parts of the log from there to the bound. All of that is read
 * once and checked before anything is changed; each container is taken from the first repository that has it whole, and where the newest
 * backup is whole nowhere, an earlier one with more of the log does as well. If the bound is not reached, it says up to where all is there.
 *
 * <p>Then it claims an epoch, in every repository, so that all {@linkplain FencingToken tokens} of the new cluster are larger than those of the old
 * one and of any other restore of it that claims in one of them. That is for ever: a restore that fails afterwards, or is repeated, takes another
 * one. Who cannot write to all of them learns it before anything large is read; see {@link #epoch}. Epochs that are begun without a claim, by {@code ha recover}
 * for instance, are known here from the first backup on that is stored in them; until then see {@link #aboveEpoch}.
 *
 * <p>The old cluster must not go on: the new one will take over its backups, too. Immutable; its calls block for as long as reading all twice takes.
 */
public final class StateRestore {
    private final Asked asked;

    private StateRestore(Asked asked) {
        this.asked = asked;
    }

    /**
     * From these, the first of which is asked first: put the quickest there. Name all that the cluster's backups go to, as an epoch counts where
     * it was claimed.
     */
    public static StateRestore from(BackupRepository first, BackupRepository... others) {
        List<BackupRepository> all = new ArrayList<>();
        all.add(first);
        all.addAll(List.of(others));
        return new StateRestore(new Asked(List.copyOf(all), BackupKeys.none(), RestoreBound.end(), "", false, 0, 0));
    }

    private StateRestore sought(RestoreBound bound, String logId, boolean withoutUnreachable) {
        return new StateRestore(new Asked(
                asked.repositories(),
                asked.keys(),
                bound,
                logId,
                withoutUnreachable,
                asked.aboveEpoch(),
                asked.epoch()));
    }

    private StateRestore epochs(int above, int own) {
        return new StateRestore(new Asked(
                asked.repositories(),
                asked.keys(),
                asked.bound(),
                asked.logId(),
                asked.withoutUnreachable(),
                above,
                own));
    }

    /** With which keys the backups are read, and the epoch is sealed; {@link BackupKeys#none} by default. */
    public StateRestore keys(BackupKeys with) {
        return new StateRestore(new Asked(
                asked.repositories(),
                with,
                asked.bound(),
                asked.logId(),
                asked.withoutUnreachable(),
                asked.aboveEpoch(),
                asked.epoch()));
    }

    /** Up to where; to the end by default. */
    public StateRestore upTo(RestoreBound last) {
        return sought(last, asked.logId(), asked.withoutUnreachable());
    }

    /**
     * Of that log alone. Needed where the same index is in several, since each restore begins another log: by default an index is one of the newest,
     * which is that of the latest epoch, and is refused where that has it and no backup at or before it; and a moment is one of the log that was in
     * use then.
     *
     * @param id as in a {@link RestorePlan}
     */
    public StateRestore ofLog(String id) {
        return sought(asked.bound(), id, asked.withoutUnreachable());
    }

    /**
     * Goes on if a repository cannot be used, as long as one can. Only safe if no other restore can have claimed an epoch in the one that
     * is left out and in no other.
     */
    public StateRestore withoutUnreachable() {
        return sought(asked.bound(), asked.logId(), true);
    }

    /**
     * Claims none of the epochs up to that. Needed where a cluster has begun one of which the repositories do not know yet, as {@code ha recover}
     * does: it claims none, and the first backup that it stores tells of it.
     *
     * @param taken 0 to 32,766; 0 by default
     */
    public StateRestore aboveEpoch(int taken) {
        if (taken < 0 || taken >= Short.MAX_VALUE) {
            throw new IllegalArgumentException("no epoch is above " + taken + "; they are 1 to " + Short.MAX_VALUE);
        }
        return epochs(taken, asked.epoch());
    }

    /**
     * Begins that epoch and claims none, for who can read the repositories and not write to them. That no other restore takes it, and no recovery, the
     * caller answers for: nothing tells others that it is taken until the new cluster stores its first backup. Refused if it is not larger than all
     * that the repositories know of.
     *
     * @param own 1 to 32,767
     */
    public StateRestore epoch(int own) {
        if (own < 1 || own > Short.MAX_VALUE) {
            throw new IllegalArgumentException("epoch " + own + " is not within 1 to " + Short.MAX_VALUE);
        }
        return epochs(asked.aboveEpoch(), own);
    }

    /**
     * Says what would be taken from where, having read all of it. Changes nothing.
     *
     * @throws RestoreRefusedException if the bound cannot be reached, or the epoch that was given is taken
     */
    public RestorePlan plan() {
        return Restoring.plan(asked).told();
    }

    /**
     * Finds out whether an epoch can be claimed in every repository, by storing something there and removing it; or whether the one that was given
     * is free, by what is known. {@link #into} does that as well, before it reads anything large: this is for whoever reads a {@link #plan} first.
     *
     * @param random as of {@link #into}
     * @throws RestoreRefusedException if it cannot
     */
    public void checkEpoch(RandomGenerator random) {
        Restoring.check(asked, random);
    }

    /**
     * Does it, wholly or not at all.
     *
     * @param target where to, as {@code OfflineRestore.into} of {@code ha-replication} makes it
     * @param random keys are made of it; one that nobody can guess, such as a {@code SecureRandom}
     * @throws RestoreRefusedException if the bound cannot be reached, or no epoch claimed
     * @throws IllegalArgumentException if the target is not empty, or is none
     * @throws BackupRepositoryException if a repository fails while it is read for the second time; so with {@link DamagedBackupException}
     * @throws IOException if the target cannot be written
     */
    public Restored into(StateRestorer target, RandomGenerator random) throws IOException {
        target.check();
        return Restoring.prepare(asked, random).into(target, random);
    }

    /** Opens a file or something like it from its beginning, as often as it is asked to. */
    @FunctionalInterface
    public interface Opener {
        /** The caller's to close. */
        InputStream open() throws IOException;
    }

    /**
     * Restores from the container of one physical backup, such as a file that was copied away, without repository or catalogue: to where
     * the backup was taken. It is read once to check it, and once more.
     *
     * @param container for instance {@code () -> Files.newInputStream(path)}
     * @param epoch larger than that of any token of the old cluster, and one that no other restore takes, for which the caller answers: 1 to
     *     32,767
     * @throws DamagedBackupException if it is not as it was stored
     * @throws KeyUnavailableException if its key is not among those
     * @throws IllegalArgumentException if that holds no physical backup of replicated state, or as of {@link #into}
     */
    public static Restored container(Opener container, BackupKeys keys, int epoch, StateRestorer target)
            throws IOException {
        target.check();
        return OneContainer.restore(container::open, keys, epoch, target);
    }
}
