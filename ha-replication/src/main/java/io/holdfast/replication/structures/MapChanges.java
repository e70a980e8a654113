package io.holdfast.replication.structures;

/** Hears what becomes different in maps, in the order of the log. On the thread that applies. */
@FunctionalInterface
public interface MapChanges {
    /** It has become so. */
    void changed(MapChange change);
}
