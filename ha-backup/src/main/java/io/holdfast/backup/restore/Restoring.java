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
import io.holdfast.backup.restore.Choice.PassedOver;
import io.holdfast.backup.restore.Pieces.Piece;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A restore of replicated state: looks, chooses, reads all of it once, claims an epoch, and has it put together. Up to the claim it changes
 * nothing, and what it claims and does not use is of no use to anybody. Blocks; for one thread.
 */
public final class Restoring {
    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);
    /**
     * So much may lie between the clock of who made a backup and that of the master whose entries are in it. Scheduling distrusts a clock from the same jump on
     * ({@code CLOCK_SET}); and what is refused for nothing within it costs no more than the bound that the message names.
     */
    private static final long CLOCKS_DIFFER_MILLIS = Duration.ofMinutes(10).toMillis();

    private final RestoreBound bound;
    private final Layers layers;
    private final EpochClaim epochs;
    private final Choice choice;
    private final Pieces pieces;
    private final Chain chain;
    private final List<Piece> chosen;

    /**
     * What is to be restored.
     *
     * @param repositories where it may be
     * @param keys with which it is read
     * @param bound up to where
     * @param logId of the only log that is looked at; empty for the one that the bound is meant of
     * @param withoutUnreachable true if a repository that cannot be used is done without
     * @param aboveEpoch all epochs up to that are taken, whatever the repositories know
     * @param epoch the one to begin, without a claim; 0 if one is claimed
     */
    public record Asked(
            List<BackupRepository> repositories,
            BackupKeys keys,
            RestoreBound bound,
            String logId,
            boolean withoutUnreachable,
            int aboveEpoch,
            int epoch) {}

    private Restoring(Asked asked, Layers layers, EpochClaim epochs, Pieces pieces) {
        this.bound = asked.bound();
        this.layers = layers;
        this.epochs = epochs;
        this.choice = new Choice(layers.manifests(), bound, asked.logId());
        this.pieces = pieces;
        this.chain = choose(asked.logId());
        this.chosen = new ArrayList<>();
        chosen.add(whole(chain.backup()));
        chain.log().forEach(part -> chosen.add(whole(part)));
    }

    /**
     * Looks and chooses, and reads all that it has chosen. Changes nothing.
     *
     * @throws RestoreRefusedException if the bound cannot be reached, or the epoch that was given is none to begin
     */
    public static Restoring plan(Asked asked) {
        Layers layers = layers(asked);
        EpochClaim epochs = new EpochClaim(layers, asked);
        epochs.checkGiven();
        return planned(asked, layers, epochs);
    }

    /**
     * The same for somebody who goes on with {@link #into}: finds out first whether there is an epoch for it.
     *
     * @throws RestoreRefusedException also if no epoch can be claimed
     */
    public static Restoring prepare(Asked asked, RandomGenerator random) {
        Layers layers = layers(asked);
        EpochClaim epochs = new EpochClaim(layers, asked);
        epochs.check(random);
        return planned(asked, layers, epochs);
    }

    /** Looks again if it does not get through because something was deleted while it read: what that held is elsewhere then. */
    private static Restoring planned(Asked asked, Layers listed, EpochClaim epochs) {
        Layers layers = listed;
        Pieces pieces = new Pieces(layers);
        for (int looks = 0; ; looks++) {
            try {
                return new Restoring(asked, layers, epochs, pieces);
            } catch (RestoreRefusedException refused) {
                Layers now = looks == LogParts.MOST_LOOKS ? null : layers.changed(pieces);
                if (now == null) {
                    throw refused;
                }
                LOG.info("deleted while it was looked at: {}; looking again", pieces.gone());
                pieces = pieces.again(now, pieces.gone());
                layers = now;
            }
        }
    }

    /** Finds out whether there is an epoch for it, and nothing else. */
    public static void check(Asked asked, RandomGenerator random) {
        new EpochClaim(layers(asked), asked).check(random);
    }

    private static Layers layers(Asked asked) {
        return Layers.open(asked.repositories(), asked.keys(), asked.withoutUnreachable());
    }

    private Piece whole(Manifest manifest) {
        Piece piece = pieces.of(manifest);
        if (piece == null) {
            throw new IllegalStateException(manifest.id() + " was chosen, and is whole nowhere");
        }
        return piece;
    }

    private Chain choose(String logId) {
        PassedOver newer = choice.passedOver();
        if (newer != null) {
            throw ambiguous(newer);
        }
        Manifest newest = null;
        for (Manifest candidate : choice.candidates()) {
            if (pieces.of(candidate) != null) {
                return newest == null ? from(candidate, logId) : instead(newest, candidate, logId);
            }
            newest = newest == null ? candidate : newest;
        }
        throw newest == null ? none(logId) : unusable(newest, cannotBeRestored(newest));
    }

    /** Of two logs nobody but the caller knows which one he means; entries of one number are not the same in both. */
    private RestoreRefusedException ambiguous(PassedOver newer) {
        String older = Choice.range(choice.candidates().get(0)).logId();
        return new RestoreRefusedException(
                Reason.NO_BACKUP,
                "of " + bound + " there are two: the newest log, " + newer.logId() + ", is archived up to entry "
                        + newer.lastIndex() + " and has no physical backup of the replicated state at or before it; "
                        + older
                        + ", which is older, has one, and may hold another entry under that number. Say which is meant: ofLog(\""
                        + newer.logId() + "\") is the newest, of which this cannot be restored; ofLog(\"" + older
                        + "\") restores the older one's");
    }

    private static String cannotBeRestored(Manifest backup) {
        return "the backup " + backup.id() + " cannot be restored";
    }

    /** With an earlier one, which reaches no further, and less far if the log between the two is not whole. */
    private Chain instead(Manifest newest, Manifest earlier, String logId) {
        String why = cannotBeRestored(newest) + ": " + pieces.why(newest);
        Chain chain;
        try {
            chain = from(earlier, logId);
        } catch (RestoreRefusedException refused) {
            throw new RestoreRefusedException(
                    refused.reason(), why + ". The one before does not do instead: " + refused.getMessage());
        }
        layers.remark(why + "; " + earlier.id() + " is used instead, with more of the log");
        return chain;
    }

    /** What follows a whole backup, of which all is whole somewhere. An earlier backup would reach no further. */
    private Chain from(Manifest backup, String logId) {
        Set<BackupId> unusable = new HashSet<>();
        Manifest broken = null;
        while (true) {
            Chain chain = choice.chain(backup, unusable);
            Manifest next = firstBroken(chain);
            if (next == null) {
                if (!chain.reached()) {
                    throw broken == null ? notReached(chain) : unusable(broken, reaches(chain));
                }
                refuseIfMoreIsUnreadable(chain, logId);
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
        return new RestoreRefusedException(pieces.reason(manifest), what + ": " + pieces.why(manifest));
    }

    private RestoreRefusedException notReached(Chain chain) {
        long next = choice.nextAfter(chain.index());
        String why = next == 0
                ? "; nothing that follows is archived"
                : "; entries " + (chain.index() + 1) + " to " + (next - 1) + " are archived nowhere, those from " + next
                        + " on are";
        return new RestoreRefusedException(Reason.NOT_REACHED, reaches(chain) + why + mayBeUnreadable());
    }

    /** What is archived nowhere by the manifests that can be read may be in what others of them name. */
    private String mayBeUnreadable() {
        Map<BackupId, Damage> unreadable = layers.unreadable();
        return unreadable.isEmpty()
                ? ""
                : ". It may be in one of " + unreadable.size()
                        + " backups whose manifests can be read nowhere, such as "
                        + unreadable.values().iterator().next();
    }

    private String reaches(Chain chain) {
        return bound + " of the log " + Choice.range(chain.backup()).logId() + " is not reached: from the backup "
                + chain.backup().id() + " on, all is there up to entry " + chain.index() + ", taken at "
                + Instant.ofEpochMilli(chain.millis()) + "; " + advice(chain);
    }

    /** With the log's id: the same number may be one of another log as well. */
    private static String advice(Chain chain) {
        return "upTo(RestoreBound.index(" + chain.index() + ")).ofLog(\""
                + Choice.range(chain.backup()).logId() + "\") restores that";
    }

    /** Who wants all that there is must hear of what he does not get; and who names no log, of a newer one that may be meant. */
    private void refuseIfMoreIsUnreadable(Chain chain, String logId) {
        for (Map.Entry<BackupId, Damage> unreadable : layers.unreadable().entrySet()) {
            if (bound.isEnd() && mayReachFurther(unreadable.getKey(), chain)) {
                throw new RestoreRefusedException(
                        reason(unreadable.getValue()),
                        "what is there to the end is not known, as a later manifest can be read nowhere: "
                                + unreadable.getValue() + ". All is there up to entry " + chain.index() + ", taken at "
                                + Instant.ofEpochMilli(chain.millis()) + "; " + advice(chain));
            }
            if (bound.lastIndex() < Long.MAX_VALUE && logId.isEmpty() && isOfNewerLog(unreadable.getKey(), chain)) {
                throw new RestoreRefusedException(
                        reason(unreadable.getValue()),
                        bound + " may be meant of a newer log, of which a manifest can be read nowhere: "
                                + unreadable.getValue() + ". The log "
                                + Choice.range(chain.backup()).logId()
                                + " has it; name that by ofLog if it is meant");
            }
        }
    }

    private static boolean isOfNewerLog(BackupId unreadable, Chain chain) {
        return unreadable.token().epoch()
                > new FencingToken(Choice.range(chain.backup()).toTerm()).epoch();
    }

    /**
     * A later holder of the role made it, or it was begun when the last entry that is there was taken, or after that. The first is certain; the other goes by
     * two clocks, those of its maker and of a master.
     */
    private static boolean mayReachFurther(BackupId unreadable, Chain chain) {
        return unreadable.token().compareTo(chain.backup().id().token()) > 0
                || unreadable.began().toEpochMilli() >= chain.millis() - CLOCKS_DIFFER_MILLIS;
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
     * Claims an epoch unless one was given, and has it restored.
     *
     * @throws RestoreRefusedException if no epoch can be claimed
     * @throws IOException as of {@link StateRestorer#restore}
     */
    public Restored into(StateRestorer target, RandomGenerator random) throws IOException {
        int epoch = epochs.take(chain.backup().id(), random);
        LOG.info(
                "restoring up to {} in epoch {}: the state at entry {} of the log {} from {}, and {} parts of the log; containers by"
                        + " repository: {}",
                bound,
                epoch,
                Choice.range(chain.backup()).toIndex(),
                Choice.range(chain.backup()).logId(),
                chain.backup().id(),
                chain.log().size(),
                chosen.stream()
                        .collect(Collectors.groupingBy(
                                piece -> piece.layer().name(), TreeMap::new, Collectors.counting())));
        Restored restored;
        try (InputStream state = chosen.get(0).open();
                InputStream log = new PieceStream(new LogParts(layers, pieces, chain, false)::open)) {
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
