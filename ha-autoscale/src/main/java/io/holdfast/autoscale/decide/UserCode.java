package io.holdfast.autoscale.decide;

import org.jspecify.annotations.Nullable;

/**
 * What users' policies, targets and sources of load may do wrong: anything, such as a method that is missing from their version of a
 * library. It must not stop the node, and each that decides after it.
 */
public final class UserCode {
    private UserCode() {}

    /** Throws it if the JVM is broken, which nobody may hide. A recursion without an end breaks its own calls alone. */
    public static void passOn(Throwable failed) {
        if (failed instanceof VirtualMachineError broken && !(failed instanceof StackOverflowError)) {
            throw broken;
        }
    }

    /** What it says of itself; its class if it cannot even do that. */
    public static String text(Object what) {
        try {
            @Nullable String text = what.toString();
            return text == null ? what.getClass().getName() : text;
        } catch (Throwable failed) {
            passOn(failed);
            return what.getClass().getName();
        }
    }
}
