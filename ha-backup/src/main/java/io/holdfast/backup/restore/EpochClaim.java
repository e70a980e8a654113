package io.holdfast.backup.restore;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Claims an epoch that no other restore has, nor ever gets: its number is put where it is absent, in every repository. Two restores that
 * share a repository cannot both have put it there; whoever finds it taken anywhere goes on to the next one, and leaves the number to
 * nobody.
 */
final class EpochClaim {
    private static final int LARGEST = Short.MAX_VALUE;
    /** So many others may be at it at the same time. */
    private static final int ATTEMPTS = 1_000;

    private static final int CLAIM_BYTES = 16;

    private final Layers layers;
    private final BackupId backup;
    private final RandomGenerator random;
    private final String claim;
    private final List<Layer> usable;

    EpochClaim(Layers layers, BackupId backup, RandomGenerator random) {
        this.layers = layers;
        this.backup = backup;
        this.random = random;
        byte[] drawn = new byte[CLAIM_BYTES];
        random.nextBytes(drawn);
        this.claim = HexFormat.of().formatHex(drawn);
        this.usable = new ArrayList<>(layers.all());
    }

    /** @throws RestoreRefusedException if there is none, or a repository refuses and that is not put up with */
    int claim() {
        int last = highest();
        for (int attempt = 0; attempt < ATTEMPTS && last < LARGEST; attempt++) {
            int epoch = last + 1;
            if (isMine(epoch)) {
                return epoch;
            }
            last = Math.max(epoch, highest());
        }
        throw new RestoreRefusedException(
                Reason.NO_EPOCH,
                "no epoch after " + last + " can be claimed in " + layers.names() + "; the largest one is " + LARGEST);
    }

    private boolean isMine(int epoch) {
        int claimed = 0;
        for (Layer layer : List.copyOf(usable)) {
            try {
                if (!layer.catalogue().claimEpoch(epoch, backup, claim, random)) {
                    return false;
                }
                claimed++;
            } catch (BackupRepositoryException failed) {
                layers.failed(layer, failed);
                usable.remove(layer);
            }
        }
        if (claimed == 0) {
            throw new RestoreRefusedException(
                    Reason.NO_EPOCH, "no epoch can be claimed in any repository: " + layers.remarks());
        }
        return true;
    }

    private int highest() {
        int highest = 0;
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
                layers.failed(layer, failed);
                usable.remove(layer);
            }
        }
        return highest;
    }
}
