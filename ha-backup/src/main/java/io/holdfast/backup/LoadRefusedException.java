package io.holdfast.backup;

import io.holdfast.core.HoldfastException;

/** A running map has another value for a key than the one that was to be loaded, which may be newer. */
public final class LoadRefusedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final String map;
    private final long backupIndex;
    private final long position;

    LoadRefusedException(String message, String map, long backupIndex, long position) {
        super(message);
        this.map = map;
        this.backupIndex = backupIndex;
        this.position = position;
    }

    /** The map's name. */
    public String map() {
        return map;
    }

    /** Up to which entry of its log the backup goes. */
    public long backupIndex() {
        return backupIndex;
    }

    /** How far the log of the running cluster had come, which need not be the same log. */
    public long position() {
        return position;
    }
}
