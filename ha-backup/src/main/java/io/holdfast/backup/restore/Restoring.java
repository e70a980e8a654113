package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Damage;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.restore.Choice.Chain;
import io.holdfast.backup.restore.Pieces.Piece;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A restore of replicated state: looks, chooses, reads all of it once, claims an epoch, and has it put together. Up to the claim it changes
 * nothing, and what it claims and does not use is of no use to anybody. Blocks; for one thread.
 */
public final class Restoring {
    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);

    private final RestoreBound bound;
    private final Layers layers;
    private final Choice choice;
    private final Pieces pieces;
    private final Chain chain;
    private final List<Piece> chosen;

    private Restoring(RestoreBound bound, Layers layers, String logId) {
        this.bound = bound;
        this.layers = layers;
        this.choice = new Choice(layers.manifests(), bound, logId);
        this.pieces = new Pieces(layers);
        this.chain = choose(logId);
        this.chosen = new ArrayList<>();
        chosen.add(whole(chain.backup()));
        chain.log().forEach(part -> chosen.add(whole(part)));
    }

    /**
     * Looks and chooses, and reads all that it has chosen.
     *
     * @param logId of the only log that is looked at; empty for the one that the bound is meant of
     * @throws RestoreRefusedException if the bound cannot be reached
     */
    public static Restoring plan(
            List<BackupRepository> repositories,
            BackupKeys keys,
            RestoreBound bound,
            String logId,
            boolean withoutUnreachable) {
        return new Restoring(bound, Layers.open(repositories, keys, withoutUnreachable), logId);
    }

    private Piece whole(Manifest manifest) {
        Piece piece = pieces.of(manifest);
        if (piece == null) {
            throw new IllegalStateException(manifest.id() + " was chosen, and is whole nowhere");
        }
        return piece;
    }

    private Chain choose(String logId) {
        Manifest newest = null;
        for (Manifest candidate : choice.candidates()) {
            if (pieces.of(candidate) != null) {
                return newest == null ? from(candidate) : instead(newest, candidate);
            }
            newest = newest == null ? candidate : newest;
        }
        throw newest == null ? none(logId) : unusable(newest, cannotBeRestored(newest));
    }

    private static String cannotBeRestored(Manifest backup) {
        return "the backup " + backup.id() + " cannot be restored";
    }

    /** With an earlier one, which reaches no further, and less far if the log between the two is not whole. */
    private Chain instead(Manifest newest, Manifest earlier) {
        String why = cannotBeRestored(newest) + ": " + pieces.why(newest);
        Chain chain;
        try {
            chain = from(earlier);
        } catch (RestoreRefusedException refused) {
            throw new RestoreRefusedException(
                    refused.reason(), why + ". The one before does not do instead: " + refused.getMessage());
        }
        layers.remark(why + "; " + earlier.id() + " is used instead, with more of the log");
        return chain;
    }

    /** What follows a whole backup, of which all is whole somewhere. An earlier backup would reach no further. */
    private Chain from(Manifest backup) {
        Set<BackupId> unusable = new HashSet<>();
        Manifest broken = null;
        while (true) {
            Chain chain = choice.chain(backup, unusable);
            Manifest next = firstBroken(chain);
            if (next == null) {
                if (!chain.reached()) {
                    throw broken == null ? notReached(chain) : unusable(broken, reaches(chain));
                }
                refuseIfMoreIsUnreadable(chain);
                return chain;
            }
            broken = broken == null ? next : broken;
            unusable.add(next.id());
        }
    }

    private @Nullable Manifest firstBroken(Chain chain) {
        for (Manifest part : chain.log()) {
            if (pieces.of(part) == null) {
                return part;
            }
        }
        return null;
    }

    private RestoreRefusedException unusable(Manifest manifest, String what) {
        return new RestoreRefusedException(
                pieces.isKeyMissing(manifest) ? Reason.NO_KEY : Reason.DAMAGED, what + ": " + pieces.why(manifest));
    }

    private RestoreRefusedException notReached(Chain chain) {
        long next = choice.nextAfter(chain.index());
        String why = next == 0
                ? "; nothing that follows is archived"
                : "; entries " + (chain.index() + 1) + " to " + (next - 1) + " are archived nowhere, those from " + next
                        + " on are";
        return new RestoreRefusedException(Reason.NOT_REACHED, reaches(chain) + why);
    }

    private String reaches(Chain chain) {
        return bound + " of the log " + Choice.range(chain.backup()).logId() + " is not reached: from the backup "
                + chain.backup().id() + " on, all is there up to entry " + chain.index() + ", taken at "
                + Instant.ofEpochMilli(chain.millis()) + "; RestoreBound.index(" + chain.index()
                + ") restores that";
    }

    /** Who wants all that there is must hear of what he does not get. */
    private void refuseIfMoreIsUnreadable(Chain chain) {
        if (!bound.isEnd()) {
            return;
        }
        for (Map.Entry<BackupId, Damage> unreadable : layers.unreadable().entrySet()) {
            if (unreadable.getKey().compareTo(chain.backup().id()) > 0) {
                throw new RestoreRefusedException(
                        reason(unreadable.getValue()),
                        "what is there to the end is not known, as a later manifest can be read nowhere: "
                                + unreadable.getValue() + ". All is there up to entry " + chain.index() + ", taken at "
                                + Instant.ofEpochMilli(chain.millis()) + "; RestoreBound.index(" + chain.index()
                                + ") restores that");
            }
        }
    }

    private static Reason reason(Damage damage) {
        return damage.kind() == Damage.Kind.NO_KEY ? Reason.NO_KEY : Reason.DAMAGED;
    }

    private RestoreRefusedException none(String logId) {
        Map<BackupId, Damage> unreadable = layers.unreadable();
        String what = "there is no physical backup of the replicated state at or before " + bound
                + (logId.isEmpty() ? "" : " of the log " + logId) + " in " + layers.names();
        if (unreadable.isEmpty()) {
            return new RestoreRefusedException(
                    Reason.NO_BACKUP, what + ", among " + layers.manifests().size() + " of all kinds");
        }
        Reason reason =
                unreadable.values().stream().allMatch(d -> reason(d) == Reason.NO_KEY) ? Reason.NO_KEY : Reason.DAMAGED;
        return new RestoreRefusedException(
                reason,
                what + " that can be read; " + unreadable.size() + " manifests cannot, such as "
                        + unreadable.values().iterator().next());
    }

    /** What is taken from where. */
    public RestorePlan told() {
        return new RestorePlan(
                chain.backup().id().toString(),
                Choice.range(chain.backup()).logId(),
                Choice.range(chain.backup()).toIndex(),
                chain.index(),
                Instant.ofEpochMilli(chain.millis()),
                chosen.stream()
                        .map(piece -> new RestorePlan.Piece(
                                piece.object().name(),
                                piece.layer().name(),
                                piece.object().storedBytes()))
                        .toList(),
                layers.remarks());
    }

    /**
     * Claims an epoch, and has it restored.
     *
     * @throws RestoreRefusedException if no epoch can be claimed
     * @throws IOException as of {@link StateRestorer#restore}
     */
    public Restored into(StateRestorer target, RandomGenerator random) throws IOException {
        int epoch = new EpochClaim(layers, chain.backup().id(), random).claim();
        LOG.info(
                "restoring up to {} in epoch {}: the state at entry {} of the log {} from {}, and {} parts of the log",
                bound,
                epoch,
                Choice.range(chain.backup()).toIndex(),
                Choice.range(chain.backup()).logId(),
                chain.backup().id(),
                chain.log().size());
        Restored restored;
        try (InputStream state = chosen.get(0).open();
                InputStream log = new PieceStream(chosen.subList(1, chosen.size()))) {
            restored = target.restore(epoch, state, log, bound.lastIndex(), bound.lastMillis());
        }
        long least = Math.min(bound.lastIndex(), bound.lastMillis() == Long.MAX_VALUE ? chain.index() : 0);
        if (restored.index() < least) {
            throw new IllegalStateException("entry " + least + " was to be restored, and " + restored.index()
                    + " was: the manifests of " + chosen.size()
                    + " containers do not say what these hold; do not use what was restored");
        }
        LOG.info(
                "restored up to entry {}, taken at {}, as the cluster {} in epoch {}",
                restored.index(),
                Instant.ofEpochMilli(restored.wallMillis()),
                restored.clusterId(),
                epoch);
        return restored;
    }
}
