package io.holdfast.backup.container;

/** Is told of every frame; may block, which slows the stream down: the place for a {@link Throttle}. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (contentBytes, storedBytes) -> {};

    /**
     * So much has been done since the begin.
     *
     * @param contentBytes of what is backed up
     * @param storedBytes of the container, before it goes to the repository or after it came from there
     */
    void at(long contentBytes, long storedBytes);
}
