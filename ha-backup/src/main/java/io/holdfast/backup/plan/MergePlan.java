package io.holdfast.backup.plan;

/**
 * When small parts of the log are put together.
 *
 * @param atLeast so many of them; 0 for never
 * @param mostBytes so many, as they are stored, become one
 */
public record MergePlan(int atLeast, long mostBytes) {
    /** What is done unless somebody says otherwise. */
    public static final MergePlan USUAL = new MergePlan(32, 64L << 20);

    /** All parts stay as they are. */
    public static final MergePlan NEVER = new MergePlan(0, 0);
}
