package io.holdfast.autoscale;

/** A figure that a node tells of itself. */
@FunctionalInterface
public interface LoadSource {
    /**
     * The figure now; it is asked for on a thread of scaling's own, and should answer at once.
     *
     * @return not a number if there is none now: it then counts as missing
     */
    double sample();
}
