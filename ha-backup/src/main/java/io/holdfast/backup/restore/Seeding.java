package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.RestoreRefusedException.Reason;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.restore.Choice.Chain;
import io.holdfast.backup.restore.Pieces.Piece;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.core.spi.SeedSource.Seeded;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node that joins may have from the repositories: the newest physical backup that is whole somewhere, and what of the log after it is
 * whole and without a gap. Unlike a restore it refuses nothing for reaching too little, since the master has the rest; and claims nothing,
 * since no other cluster begins. Blocks; for one thread.
 */
public final class Seeding {
    private static final Logger LOG = LoggerFactory.getLogger(Seeding.class);

    private Seeding() {}

    /** See {@link SeedSource#seed}. */
    public static Seeded seed(
            List<BackupRepository> repositories, BackupKeys keys, Predicate<String> isWanted, SeedSource.Target target)
            throws IOException {
        return seed(repositories, keys, isWanted, target, BoundedRepository.Limit.USUAL);
    }

    /** With another limit to each call of a repository. */
    static Seeded seed(
            List<BackupRepository> repositories,
            BackupKeys keys,
            Predicate<String> isWanted,
            SeedSource.Target target,
            BoundedRepository.Limit limit)
            throws IOException {
        List<BoundedRepository> bounded = repositories.stream()
                .map(repository -> new BoundedRepository(repository, limit, target::check))
                .toList();
        try {
            return from(bounded, keys, isWanted, target);
        } finally {
            bounded.forEach(BoundedRepository::close);
        }
    }

    private static Seeded from(
            List<BoundedRepository> repositories, BackupKeys keys, Predicate<String> isWanted, SeedSource.Target target)
            throws IOException {
        target.check();
        Layers layers = Layers.open(List.copyOf(repositories), keys, true);
        target.check();
        Pieces pieces = new Pieces(layers, target::check);
        for (int looks = 0; ; looks++) {
            String logId = newest(layers, isWanted);
            Choice choice = new Choice(layers.manifests(), RestoreBound.end(), logId);
            Piece state = state(choice, pieces);
            Chain chain = state == null ? null : chain(choice, pieces, state.manifest());
            Layers now = looks == LogParts.MOST_LOOKS ? null : layers.changed(pieces);
            if (now != null) {
                LOG.info("deleted while it was looked at: {}; looking again", pieces.gone());
                pieces = pieces.again(now, pieces.gone());
                layers = now;
            } else if (state != null && chain != null) {
                return give(state, chain, logId, layers, pieces, target);
            } else {
                throw none(choice, layers, logId, pieces);
            }
        }
    }

    private static @Nullable Piece state(Choice choice, Pieces pieces) {
        for (Manifest backup : choice.candidates()) {
            Piece state = pieces.of(backup);
            if (state != null) {
                return state;
            }
        }
        return null;
    }

    private static RestoreRefusedException none(Choice choice, Layers layers, String logId, Pieces pieces) {
        List<Manifest> unusable = choice.candidates();
        return unusable.isEmpty()
                ? new RestoreRefusedException(
                        Reason.NO_BACKUP, "there is no physical backup of the log " + logId + " in " + layers.names())
                : new RestoreRefusedException(
                        pieces.reason(unusable.get(0)),
                        "no physical backup of the log " + logId + " can be read: "
                                + unusable.stream()
                                        .map(backup -> "the backup " + backup.id() + ": " + pieces.why(backup))
                                        .collect(Collectors.joining("; ")));
    }

    private static String newest(Layers layers, Predicate<String> isWanted) {
        Manifest newest = null;
        Set<String> others = new TreeSet<>();
        for (Manifest manifest : layers.manifests()) {
            Optional<LogRange> range = manifest.range();
            if (range.isEmpty()) {
                continue;
            }
            if (!isWanted.test(range.get().logId())) {
                others.add(range.get().logId() + " in epoch "
                        + new FencingToken(range.get().toTerm()).epoch());
            } else if (newest == null
                    || range.get().toTerm() > Choice.range(newest).toTerm()) {
                newest = manifest;
            }
        }
        if (newest == null) {
            throw new RestoreRefusedException(
                    Reason.NO_BACKUP,
                    "nothing in " + layers.names() + " is of the log that is wanted; "
                            + (others.isEmpty() ? "there is no other either" : "there are " + others));
        }
        return Choice.range(newest).logId();
    }

    /** As far as all is whole. */
    private static Chain chain(Choice choice, Pieces pieces, Manifest backup) {
        Set<BackupId> unusable = new HashSet<>();
        while (true) {
            Chain chain = choice.chain(backup, unusable);
            boolean whole = true;
            for (Manifest part : chain.log()) {
                if (pieces.of(part) == null) {
                    LOG.warn("{} is done without: {}", part.id(), pieces.why(part));
                    unusable.add(part.id());
                    whole = false;
                    break;
                }
            }
            if (whole) {
                return chain;
            }
        }
    }

    private static Seeded give(
            Piece state, Chain chain, String logId, Layers layers, Pieces pieces, SeedSource.Target target)
            throws IOException {
        LOG.info(
                "a node is seeded with the state at entry {} of the log {} from {} in {}, and {} parts of the log up to entry {}",
                Choice.range(state.manifest()).toIndex(),
                logId,
                state.manifest().id(),
                state.layer().name(),
                chain.log().size(),
                chain.index());
        try (InputStream first = state.open();
                InputStream then = new PieceStream(new LogParts(layers, pieces, chain, true)::open)) {
            return target.take(logId, first, then);
        }
    }
}
