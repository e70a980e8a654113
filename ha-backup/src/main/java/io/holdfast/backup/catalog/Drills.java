package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.container.DataKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What came of drills, as objects of the repository that they proved: whoever does the backups next finds there when that was, and so does
 * whoever has nothing but the repository. They say something of the data, and void nothing: who stored them after he was deposed has still
 * seen what he says.
 */
final class Drills {
    /** Of each source; the last good one stays besides. */
    private static final int KEPT = 10;

    private final BackupRepository repository;
    private final Sealed sealed;

    Drills(BackupRepository repository, Sealed sealed) {
        this.repository = repository;
        this.sealed = sealed;
    }

    /** With when it was stored, by the repository's clock. */
    private record Kept(DrillRecord record, long storedMillis) {}

    /**
     * Those that can be read, the oldest first: by tokens, which only rise, and by the repository's clock, since that of a node that did one may have been set. What
     * cannot be read proves nothing, and is told by a verification.
     */
    List<DrillRecord> list() {
        List<Kept> all = new ArrayList<>();
        for (Stored object : repository.list(Layout.DRILLS)) {
            try {
                all.add(new Kept(read(object.name()), object.storedMillis()));
            } catch (DamagedBackupException unreadable) {
                // as if there had been none
            } catch (BackupRepositoryException failed) {
                if (failed.reason() != Reason.ABSENT) { // removed since it was listed
                    throw failed;
                }
            }
        }
        all.sort(Comparator.comparing((Kept each) -> each.record().id().token())
                .thenComparing(Kept::storedMillis)
                .thenComparing(each -> each.record().id()));
        return all.stream().map(Kept::record).toList();
    }

    /** @throws DamagedBackupException if it is not as it was stored, or none of this release's */
    DrillRecord read(String name) {
        JsonNode body = sealed.open(name, sealed.bytes(name), name);
        try {
            if (!Sealed.format(body).equals(DrillRecord.FORMAT)) {
                throw new IllegalArgumentException("its format is " + Sealed.format(body));
            }
            DrillRecord record = DrillRecord.fromJson(body);
            if (!Layout.drill(record.id()).equals(name)) {
                throw new IllegalArgumentException("its id is " + record.id());
            }
            return record;
        } catch (IllegalArgumentException malformed) {
            throw new DamagedBackupException(
                    Damage.of(name, Damage.Kind.CHANGED, "it cannot be understood: " + malformed.getMessage()));
        }
    }

    /** Stores it, and lets go of older ones; returns false if there is one of that id. */
    boolean put(DrillRecord record, DataKeys keys, RandomGenerator random) {
        String name = Layout.drill(record.id());
        boolean put =
                sealed.put(name, sealed.seal(name, DrillRecord.FORMAT, record.toJson(), keys.create(name, random)));
        if (put) {
            removeOlder(record);
        }
        return put;
    }

    private void removeOlder(DrillRecord stored) {
        List<DrillRecord> all = list().stream()
                .filter(record -> record.source().equals(stored.source()) && !record.equals(stored))
                .toList();
        Optional<DrillRecord> lastGood = stored.isGood()
                ? Optional.of(stored)
                : all.stream().filter(DrillRecord::isGood).reduce((earlier, later) -> later);
        for (DrillRecord each : all.subList(0, Math.max(0, all.size() + 1 - KEPT))) {
            if (lastGood.filter(each::equals).isEmpty()) {
                repository.delete(Layout.drill(each.id()));
            }
        }
    }
}
