package io.holdfast.autoscale;

import org.jspecify.annotations.Nullable;

/** A target could not do what it was to do. The message says what, of which node, and why. */
public final class ScalingTargetException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    private ScalingTargetException(String message, boolean lasting, @Nullable Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** It may be better later, and is tried again after pauses that grow. */
    public static ScalingTargetException passing(String message, @Nullable Throwable cause) {
        return new ScalingTargetException(message, false, cause);
    }

    /** The same order will fail again: it was refused, or somebody has to change something. It is shown, and tried rarely. */
    public static ScalingTargetException lasting(String message, @Nullable Throwable cause) {
        return new ScalingTargetException(message, true, cause);
    }

    /** True if the same order will fail again. */
    public boolean isLasting() {
        return lasting;
    }
}
