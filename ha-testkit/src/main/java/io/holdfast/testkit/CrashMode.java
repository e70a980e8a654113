package io.holdfast.testkit;

/** What a loss of power makes of what was written and not forced. What was forced stays, always. */
public enum CrashMode {
    /** Nothing of it is there afterwards. */
    ALL_LOST,
    /** All of it is there, as if the system had just written everything back. */
    ALL_KEPT,
    /**
     * By the seed, each write is there, or is not, or is torn: some of its sectors of 512 bytes hold the new bytes and
     * the others the old ones. Of a directory's unforced changes the first ones are there and the rest are not.
     */
    MIXED
}
