package io.holdfast.backup.container;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.KeyProvider;
import io.holdfast.backup.KeyProvider.Wrapped;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.crypto.Hkdf;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Data keys, made and unwrapped. Remembers the last one, since all objects of a backup have the same. Safe from any thread. */
public final class DataKeys {
    private final BackupKeys keys;
    private volatile @Nullable DataKey last;

    /** @param keys who wraps them */
    public DataKeys(BackupKeys keys) {
        this.keys = keys;
    }

    /**
     * A data key.
     *
     * @param context what it is for
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record DataKey(byte[] key, Wrapped wrapped, String context) {
        private boolean isOf(Wrapped other, String otherContext) {
            return context.equals(otherContext)
                    && wrapped.keyId().equals(other.keyId())
                    && Arrays.equals(wrapped.bytes(), other.bytes());
        }
    }

    /** A new one; null without keys. {@code random} has to be one that nobody can guess, as a node's is. */
    public @Nullable DataKey create(String context, RandomGenerator random) {
        KeyProvider provider = keys.provider();
        if (provider == null) {
            return null;
        }
        byte[] key = new byte[Hkdf.BYTES];
        random.nextBytes(key);
        return new DataKey(key, provider.wrap(key, context), context);
    }

    /**
     * One that was made before.
     *
     * @throws KeyUnavailableException if there is no key to unwrap it
     * @throws IllegalArgumentException if it was changed, or is for something else
     */
    public DataKey open(Wrapped wrapped, String context) {
        DataKey known = last;
        if (known != null && known.isOf(wrapped, context)) {
            return known;
        }
        KeyProvider provider = keys.provider();
        if (provider == null) {
            throw new KeyUnavailableException(
                    "it is encrypted with the key " + wrapped.keyId() + ", and no keys are given", null);
        }
        byte[] key = provider.unwrap(wrapped, context);
        if (key.length != Hkdf.BYTES) {
            throw new IllegalArgumentException(provider.describe() + " gave a data key of " + key.length + " bytes");
        }
        DataKey opened = new DataKey(key, wrapped, context);
        last = opened;
        return opened;
    }

    /** True if what is not encrypted is read. */
    public boolean readsUnencrypted() {
        return keys.readsUnencrypted();
    }
}
