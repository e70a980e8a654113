package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That somebody is at a backup, as objects of which each replaces the one before. The last one stands for as long as data may still be stored:
 * data without any mark are taken for those of a backup whose manifest was removed, and stay for ever. Safe from any thread.
 */
final class SignsOfLife {
    private static final Logger LOG = LoggerFactory.getLogger(SignsOfLife.class);
    private static final String FORMAT = "holdfast-running-1";
    private static final long RENEW_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final CatalogueWriter writer;
    private final BackupRepository repository;
    private final BackupId id;
    private long sign;
    private long renewedAt;

    SignsOfLife(CatalogueWriter writer, BackupId id) {
        this.writer = writer;
        this.repository = writer.repository();
        this.id = id;
    }

    /** Returns false if somebody has given one already. */
    synchronized boolean begin() {
        renewedAt = writer.clock().nanoTime();
        return put(0);
    }

    /**
     * Goes on with what others have begun, or are still at. A sign with a name that none of theirs has is there before theirs go; nor can one of
     * their deletes that takes effect late remove it.
     */
    synchronized void takeOver() {
        List<Stored> others = repository.list(Layout.running(id));
        sign = writer.random().nextLong() >>> 16;
        renewedAt = writer.clock().nanoTime();
        while (!put(sign)) {
            sign++;
        }
        others.forEach(other -> repository.delete(other.name()));
    }

    /** Sees to it that one is there although this ends now: what was stored last, or is stored yet by a call that failed, is collected then. */
    synchronized void keep() {
        try {
            put(sign);
        } catch (BackupRepositoryException unknown) {
            LOG.debug("{}: whether a sign of life of {} is left is not known", repository.describe(), id, unknown);
        }
    }

    private boolean put(long number) {
        String name = Layout.running(id) + number;
        return writer.sealed().put(name, writer.sealed().seal(name, FORMAT, Sealed.nothing(), null));
    }

    synchronized void renew() {
        put(sign + 1); // false if an earlier attempt failed after it was stored
        repository.delete(Layout.running(id) + sign);
        sign++;
        renewedAt = writer.clock().nanoTime();
    }

    synchronized boolean isDue() {
        return writer.clock().nanoTime() - renewedAt >= RENEW_EVERY_NANOS;
    }
}
