package io.holdfast.backup;

import io.holdfast.core.KeyRing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * With which keys backups are encrypted and read: a current one and older ones, of which each backup tells by an id which one
 * it needs. Or none: then a backup is protected against damage, and not against readers or forgers. Immutable, safe from any
 * thread, prints no key.
 *
 * <p>A backup whose key is lost is lost. Keep the keys elsewhere than the backups, and than what is backed up.
 */
public final class BackupKeys {
    private final @Nullable KeyProvider provider;
    private final boolean alsoUnencrypted;

    private BackupKeys(@Nullable KeyProvider provider, boolean alsoUnencrypted) {
        this.provider = provider;
        this.alsoUnencrypted = alsoUnencrypted;
    }

    /** No encryption. */
    public static BackupKeys none() {
        return new BackupKeys(null, true);
    }

    /**
     * Keys in a file, one a line, as of {@link KeyRing#inFile}: the first one encrypts, all of them decrypt. So a key is changed by
     * putting the new one into the first line, and the old one goes when its last backup has gone. Read whenever a backup
     * begins.
     */
    public static BackupKeys inFile(Path file) {
        return by(new RingKeys(KeyRing.inFile(file)));
    }

    /** Keys in an environment variable, separated by commas or blanks; the first one encrypts. */
    public static BackupKeys inEnvironment(String variable) {
        return by(new RingKeys(new Variable(variable)));
    }

    /** Keys that are given here; the first one encrypts. */
    public static BackupKeys of(KeyRing keys) {
        return by(new RingKeys(keys.always()));
    }

    /** Keys of a key management service. */
    public static BackupKeys by(KeyProvider provider) {
        return new BackupKeys(provider, false);
    }

    /**
     * The same, which also read backups that were made without keys: for the time after encryption was switched on. Without
     * this they are refused, since anybody can make such a backup.
     */
    public BackupKeys alsoUnencrypted() {
        return new BackupKeys(provider, true);
    }

    /** Who wraps data keys; null for no encryption. */
    public @Nullable KeyProvider provider() {
        return provider;
    }

    /** True if a backup without encryption is read. */
    public boolean readsUnencrypted() {
        return alsoUnencrypted;
    }

    @Override
    public String toString() {
        return provider == null ? "no keys" : provider.describe();
    }

    private record Variable(String name) implements KeyRing.Source {
        @Override
        public KeyRing read() throws IOException {
            String value = System.getenv(name);
            if (value == null) {
                throw new IOException("the environment variable " + name + " is not set");
            }
            List<String> keys = Arrays.stream(value.split("[,\\s]+"))
                    .filter(key -> !key.isEmpty())
                    .toList();
            try {
                return KeyRing.of(keys);
            } catch (IllegalArgumentException useless) {
                throw new IOException("the environment variable " + name + ": " + useless.getMessage(), useless);
            }
        }

        @Override
        public String toString() {
            return "keys in the environment variable " + name;
        }
    }
}
