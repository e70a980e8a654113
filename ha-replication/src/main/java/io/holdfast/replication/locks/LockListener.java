package io.holdfast.replication.locks;

/** Hears what becomes of those who wait, as entries are applied. */
@FunctionalInterface
public interface LockListener {
    /** That process has been granted something, or its lease has ended. */
    void changed(long generation);
}
