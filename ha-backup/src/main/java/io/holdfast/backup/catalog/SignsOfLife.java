package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import java.util.concurrent.TimeUnit;

/** That somebody is at a backup, as objects of which each replaces the one before. Safe from any thread. */
final class SignsOfLife {
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
