package io.holdfast.verification.members;

import java.util.Locale;
import java.util.function.Consumer;

/** Says how far a run is, with the time since its beginning. */
final class Steps {
    private final long begin = System.nanoTime();
    private final Consumer<String> out;

    Steps(Consumer<String> out) {
        this.out = out;
    }

    void say(String what) {
        out.accept(String.format(Locale.ROOT, "%7.2f s  %s", (System.nanoTime() - begin) / 1e9, what));
    }

    /** As people read it. */
    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
