package io.holdfast.backup.restore;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.restore.Restoring.Asked;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Claims an epoch that no other restore has, nor ever gets: its number is put where it is absent, in every repository. Two restores that
 * share a repository cannot both have put it there; whoever finds it taken anywhere goes on to the next one, and leaves the number to
 * nobody. Who gives an epoch answers for it, and claims nothing.
 */
final class EpochClaim {
    private static final int LARGEST = Short.MAX_VALUE;
    /** So many others may be at it at the same time. */
    private static final int ATTEMPTS = 1_000;

    private static final int DRAWN_BYTES = 16;

    private final Layers layers;
    private final int above;
    private final int given;
    private final List<Layer> usable;

    EpochClaim(Layers layers, Asked asked) {
        this.layers = layers;
        this.above = asked.aboveEpoch();
        this.given = asked.epoch();
        this.usable = new ArrayList<>(layers.all());
    }

    /** @throws RestoreRefusedException if an epoch was given that somebody may have */
    void checkGiven() {
        if (given == 0) {
            return;
        }
        int highest = highest();
        if (given <= highest) {
            throw new RestoreRefusedException(
                    Reason.NO_EPOCH,
                    "epoch " + given + " is not larger than " + highest + ", which is taken, by what " + layers.names()
                            + " tell; give a larger one");
        }
    }

    /**
     * What can be found out before hours are spent on reading: stores something in every repository, and removes it.
     *
     * @throws RestoreRefusedException as of {@link #take}
     */
    void check(RandomGenerator random) {
        checkGiven();
        if (given > 0) {
            return;
        }
        for (Layer layer : List.copyOf(usable)) {
            try {
                layer.catalogue().tryToStore(drawn(random));
            } catch (BackupRepositoryException failed) {
                leaveOut(layer, failed);
            }
        }
        if (usable.isEmpty()) {
            throw nowhere();
        }
    }

    /**
     * The one that was given, or one that is claimed now.
     *
     * @throws RestoreRefusedException if there is none, or a repository refuses and that is not put up with
     */
    int take(BackupId backup, RandomGenerator random) {
        if (given > 0) {
            checkGiven(); // again: reading has taken its time
            return given;
        }
        String claim = drawn(random);
        int last = highest();
        for (int attempt = 0; attempt < ATTEMPTS && last < LARGEST; attempt++) {
            int epoch = last + 1;
            if (isMine(epoch, backup, claim, random)) {
                return epoch;
            }
            last = Math.max(epoch, highest());
        }
        throw new RestoreRefusedException(
                Reason.NO_EPOCH,
                "no epoch after " + last + " can be claimed in " + layers.names() + "; the largest one is " + LARGEST);
    }

    private static String drawn(RandomGenerator random) {
        byte[] drawn = new byte[DRAWN_BYTES];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private boolean isMine(int epoch, BackupId backup, String claim, RandomGenerator random) {
        int claimed = 0;
        for (Layer layer : List.copyOf(usable)) {
            try {
                if (!layer.catalogue().claimEpoch(epoch, backup, claim, random)) {
                    return false;
                }
                claimed++;
            } catch (BackupRepositoryException failed) {
                leaveOut(layer, failed);
            }
        }
        if (claimed == 0) {
            throw nowhere();
        }
        return true;
    }

    private RestoreRefusedException nowhere() {
        return new RestoreRefusedException(
                Reason.NO_EPOCH, "no epoch can be claimed in any repository: " + layers.remarks());
    }

    private void leaveOut(Layer layer, BackupRepositoryException failed) {
        layers.noClaim(layer, failed);
        usable.remove(layer);
    }

    private int highest() {
        int highest = above;
        for (Manifest manifest : layers.manifests()) {
            highest = Math.max(
                    highest,
                    manifest.range()
                            .map(range -> new FencingToken(range.toTerm()).epoch())
                            .orElse(0));
        }
        for (Layer layer : List.copyOf(usable)) {
            try {
                highest = Math.max(highest, layer.catalogue().highestEpoch());
            } catch (BackupRepositoryException failed) {
                leaveOut(layer, failed);
            }
        }
        return highest;
    }
}
