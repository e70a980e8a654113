package io.holdfast.backup;

import io.holdfast.core.HoldfastException;

/**
 * What was read is not what was stored. Nothing of the damaged place was handed out; what was handed out before it was checked, but is
 * of no use without the rest.
 */
public final class DamagedBackupException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final transient Damage damage;

    /** @param damage what and where */
    public DamagedBackupException(Damage damage) {
        super(damage.toString());
        this.damage = damage;
    }

    /** What and where. */
    public Damage damage() {
        return damage;
    }
}
