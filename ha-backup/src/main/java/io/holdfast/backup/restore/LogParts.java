package io.holdfast.backup.restore;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.restore.Choice.Chain;
import io.holdfast.backup.restore.Pieces.Piece;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the log of a chain, one after the other. Whoever archives the log puts its parts together, and deletes them some hours after that: so
 * one may be gone when its turn comes. Then the repositories are listed again, and it goes on with what holds the entries that come next, read to its
 * end first as all others were. Entries of one number are the same wherever they lie, since they are of one log. Blocks; for one thread.
 */
final class LogParts {
    private static final Logger LOG = LoggerFactory.getLogger(LogParts.class);
    /** For one part. What each look finds has been stored since the one before, so that more would be for somebody who stores and deletes without end. */
    static final int MOST_LOOKS = 5;

    private final Chain chain;
    private final boolean mayEndEarly;
    private final Set<BackupId> unusable = new HashSet<>();
    private Layers layers;
    private Pieces pieces;
    private Deque<Manifest> next;
    private long index;
    private long millis;

    /**
     * Begins with what was chosen.
     *
     * @param pieces what is known of the chain's parts
     * @param mayEndEarly true if it ends where it cannot go on, and else fails there
     */
    LogParts(Layers layers, Pieces pieces, Chain chain, boolean mayEndEarly) {
        this.layers = layers;
        this.pieces = pieces;
        this.chain = chain;
        this.mayEndEarly = mayEndEarly;
        this.next = new ArrayDeque<>(chain.log());
        this.index = Choice.range(chain.backup()).toIndex();
        this.millis = Choice.range(chain.backup()).toMillis();
    }

    /**
     * Opens the next one.
     *
     * @return null if there is no other; else the caller's to close
     * @throws BackupRepositoryException if it is gone, and nothing else holds what it held
     */
    @Nullable
    ContainerReader open() throws IOException {
        for (int looks = 0; !next.isEmpty(); looks++) {
            Manifest part = next.remove();
            BackupRepositoryException gone;
            try {
                ContainerReader opened = openWhole(part);
                index = Choice.range(part).toIndex();
                millis = Choice.range(part).toMillis();
                return opened;
            } catch (BackupRepositoryException failed) {
                if (failed.reason() != Reason.ABSENT || looks == MOST_LOOKS) {
                    throw failed;
                }
                gone = failed;
            }
            lookAgain(part, gone);
        }
        return null;
    }

    private ContainerReader openWhole(Manifest part) throws IOException {
        Piece piece = pieces.of(part);
        if (piece == null) {
            unusable.add(part.id());
            throw new BackupRepositoryException(Reason.ABSENT, part.id() + ": " + pieces.why(part), null);
        }
        return piece.open();
    }

    private void lookAgain(Manifest part, BackupRepositoryException gone) {
        LOG.info(
                "the part {} of the log is gone: what holds the entries from {} on is looked for again ({})",
                part.id(),
                index + 1,
                gone.getMessage());
        layers = layers.again(true);
        pieces = pieces.again(layers, Set.of(part.id()));
        Choice choice = new Choice(
                layers.manifests(),
                RestoreBound.index(chain.index()),
                Choice.range(chain.backup()).logId());
        Chain now = choice.after(chain.backup(), index, millis, unusable);
        next = new ArrayDeque<>(now.log());
        if (now.reached()) {
            return;
        }
        String what = "the log was to go on to entry " + chain.index() + ", and goes on to entry " + now.index()
                + " only, by what there is in " + layers.names() + " now: a part of it is not there any more, "
                + gone.getMessage();
        if (!mayEndEarly) {
            throw new BackupRepositoryException(Reason.ABSENT, what, gone);
        }
        LOG.warn("{}; it ends there", what, gone);
    }
}
