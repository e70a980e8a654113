package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.container.DataKeys;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which epochs of tokens are taken. A restore takes one by putting its number where the backups are: of two that put the same one wins.
 * Names alone count, so one that cannot be read is taken as well. None is ever removed.
 */
final class Epochs {
    private static final String FORMAT = "holdfast-epoch-1";
    private static final String CLAIM = "claim";

    private final BackupRepository repository;
    private final Sealed sealed;
    private final DataKeys keys;

    Epochs(BackupRepository repository, Sealed sealed, DataKeys keys) {
        this.repository = repository;
        this.sealed = sealed;
        this.keys = keys;
    }

    /** The highest that a name in the repository tells of, be it claimed or that of a token; 0 if there is none. */
    int highest() {
        int highest = 0;
        for (Stored object : repository.list("")) {
            highest = Math.max(highest, epoch(object.name()));
        }
        return highest;
    }

    private static int epoch(String name) {
        if (name.startsWith(Layout.EPOCHS)) {
            return Layout.epoch(name).orElse(0);
        }
        if (name.startsWith(Layout.FENCES)) {
            return Layout.token(name, Layout.BEGUN)
                    .or(() -> Layout.token(name, Layout.CLAIM))
                    .map(token -> token.epoch())
                    .orElse(0);
        }
        for (String prefix : List.of(Layout.BACKUPS, Layout.DATA, Layout.RUNNING, Layout.DELETING, Layout.DRILLS)) {
            if (name.startsWith(prefix)) {
                return Layout.id(name, prefix).map(id -> id.token().epoch()).orElse(0);
            }
        }
        return 0;
    }

    /** Returns false if somebody else has it. After an exception it is taken or not, and of no use to anybody. */
    boolean claim(int epoch, BackupId backup, String claim, RandomGenerator random) {
        String name = Layout.epoch(epoch);
        ObjectNode body = Sealed.nothing().put("backup", backup.toString()).put(CLAIM, claim);
        return sealed.put(name, sealed.seal(name, FORMAT, body, keys.create(name, random))) || isOf(name, claim);
    }

    /** A repository may be given twice, under two names. */
    private boolean isOf(String name, String claim) {
        try {
            return Sealed.text(sealed.open(name, sealed.bytes(name), name), CLAIM)
                    .equals(claim);
        } catch (DamagedBackupException | IllegalArgumentException unreadable) {
            return false;
        }
    }

    /** @throws DamagedBackupException if it is not as it was put */
    void check(String name) {
        sealed.open(name, sealed.bytes(name), name);
    }
}
