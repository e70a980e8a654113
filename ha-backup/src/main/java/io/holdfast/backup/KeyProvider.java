package io.holdfast.backup;

/**
 * Wraps the keys of backups, as a key management service does: the master key stays with it and never encrypts data. Each
 * backup has a data key of its own, which is kept beside it in wrapped form. A key is rotated by wrapping with a new one from
 * now on and unwrapping with the old ones as long as there are backups of theirs.
 *
 * <p>Calls may block. Safe from any thread.
 */
public interface KeyProvider {
    /** The longest id of a key, in characters of ASCII. */
    int LONGEST_ID = 200;
    /** The longest wrapped key, in bytes. */
    int LONGEST_WRAPPED = 4_096;

    /**
     * A wrapped data key.
     *
     * @param keyId which master key wraps it: 1 to {@value #LONGEST_ID} printable characters of ASCII
     * @param bytes what only that one unwraps, 1 to {@value #LONGEST_WRAPPED} bytes
     */
    record Wrapped(String keyId, byte[] bytes) {
        /** Checks the bounds. */
        public Wrapped {
            boolean printable = keyId.chars().allMatch(c -> c > ' ' && c < 0x7F);
            if (keyId.isEmpty() || keyId.length() > LONGEST_ID || !printable) {
                throw new IllegalArgumentException(
                        "the id of a key is 1 to " + LONGEST_ID + " printable characters of ASCII without blanks");
            }
            if (bytes.length == 0 || bytes.length > LONGEST_WRAPPED) {
                throw new IllegalArgumentException(
                        "a wrapped key of " + bytes.length + " bytes; it has 1 to " + LONGEST_WRAPPED);
            }
        }
    }

    /**
     * Wraps a data key with the current master key.
     *
     * @param dataKey 32 bytes; not kept
     * @param context what the key is for, which has to be the same when it is unwrapped ("additional authenticated data")
     * @throws KeyUnavailableException if there is no such key now
     */
    Wrapped wrap(byte[] dataKey, String context);

    /**
     * Unwraps a data key, also one that an older master key wrapped.
     *
     * @throws KeyUnavailableException if the master key of that id is not to be had
     * @throws IllegalArgumentException if that was not wrapped by it, or for another context
     */
    byte[] unwrap(Wrapped wrapped, String context);

    /** Where the keys are, for people; no key. */
    String describe();
}
