package io.holdfast.autoscale;

/**
 * What a {@link ScalingTarget} can do.
 *
 * @param takesNames true if new nodes get the names that are asked for; false if the target gives them names of its own
 * @param removal whom it can stop
 * @param recommendOnly true if it changes nothing, and what is decided is only shown, as if {@code dryRun()} were set
 */
public record Capabilities(boolean takesNames, Removal removal, boolean recommendOnly) {

    /** Whom a target can stop. */
    public enum Removal {
        /** Any that is named. */
        ANY,
        /** Only the one with the highest number at the end of its name, as a StatefulSet does. */
        HIGHEST_ORDINAL
    }
}
