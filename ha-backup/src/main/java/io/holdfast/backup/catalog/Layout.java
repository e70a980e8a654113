package io.holdfast.backup.catalog;

import io.holdfast.core.FencingToken;
import java.util.HexFormat;
import java.util.Optional;

/** Under which names the catalogue keeps what. */
final class Layout {
    /** {@code backups/ID}: the manifest of a backup, or a mark that it was given up for dead. */
    static final String BACKUPS = "backups/";
    /** {@code data/ID/...}: its containers. */
    static final String DATA = "data/";
    /** {@code running/ID/N}: somebody is at it; N rises with each sign of life. */
    static final String RUNNING = "running/";
    /** {@code deleting/ID}: it is being deleted. */
    static final String DELETING = "deleting/";
    /** {@code fences/TOKEN.begun}, {@code fences/TOKEN.claim}: who took the catalogue over. */
    static final String FENCES = "fences/";
    /** {@code adopted/ID/TOKEN}: who has copied it from another repository, so that it counts although it was made under a lower token. */
    static final String ADOPTED = "adopted/";
    /** {@code probes/...}: to see the repository's time, or whether anything can be stored. */
    static final String PROBES = "probes/";

    static final String PROBE_FORMAT = "holdfast-probe-1";

    /** {@code epochs/N}: a restore has begun that epoch, or meant to. */
    static final String EPOCHS = "epochs/";

    /** {@code drills/ID}: what came of a drill. */
    static final String DRILLS = "drills/";

    static final String BEGUN = ".begun";
    static final String CLAIM = ".claim";
    private static final int TOKEN_DIGITS = 16;

    private Layout() {}

    static String manifest(BackupId id) {
        return BACKUPS + id;
    }

    static String data(BackupId id) {
        return DATA + id + "/";
    }

    static String drill(BackupId id) {
        return DRILLS + id;
    }

    static String running(BackupId id) {
        return RUNNING + id + "/";
    }

    static String deleting(BackupId id) {
        return DELETING + id;
    }

    static String adopted(BackupId id) {
        return ADOPTED + id + "/";
    }

    static String adopted(BackupId id, FencingToken token) {
        return adopted(id) + HexFormat.of().toHexDigits(token.value());
    }

    /** Who has adopted it, by the name of a mark; empty if that is none. */
    static Optional<FencingToken> adopter(String name) {
        return id(name, ADOPTED).flatMap(id -> {
            String digits = name.substring(Math.min(name.length(), adopted(id).length()));
            try {
                FencingToken token = new FencingToken(Long.parseLong(digits, 16));
                return adopted(id, token).equals(name) ? Optional.of(token) : Optional.empty();
            } catch (IllegalArgumentException none) {
                return Optional.empty();
            }
        });
    }

    static String fence(FencingToken token, String suffix) {
        return FENCES + HexFormat.of().toHexDigits(token.value()) + suffix;
    }

    /** The token of a fence's name; empty if that is none of this suffix. */
    static Optional<FencingToken> token(String name, String suffix) {
        if (name.length() != FENCES.length() + TOKEN_DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return Optional.empty();
        }
        try {
            FencingToken token = new FencingToken(
                    Long.parseLong(name.substring(FENCES.length(), FENCES.length() + TOKEN_DIGITS), 16));
            return fence(token, suffix).equals(name) ? Optional.of(token) : Optional.empty();
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    static String epoch(int number) {
        return EPOCHS + String.format("%05d", number);
    }

    /** The epoch of a name; empty if that is none. */
    static Optional<Integer> epoch(String name) {
        try {
            int number = Integer.parseInt(name.substring(EPOCHS.length()));
            return number > 0 && epoch(number).equals(name) ? Optional.of(number) : Optional.empty();
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /** Whose the object is, by the part behind the prefix; empty if nobody's. */
    static Optional<BackupId> id(String name, String prefix) {
        int end = name.indexOf('/', prefix.length());
        try {
            return name.startsWith(prefix)
                    ? Optional.of(BackupId.parse(name.substring(prefix.length(), end < 0 ? name.length() : end)))
                    : Optional.empty();
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
