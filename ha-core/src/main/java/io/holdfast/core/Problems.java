package io.holdfast.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is wrong with a configuration, gathered so that all of it is told at once. */
final class Problems {
    private final List<IllegalArgumentException> found = new ArrayList<>();

    void add(String problem) {
        found.add(new IllegalArgumentException(problem));
    }

    void check(Runnable check) {
        get(() -> {
            check.run();
            return null;
        });
    }

    /** What {@code made} returns; null if it refuses, too. */
    <T> @Nullable T get(Supplier<? extends @Nullable T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException refused) {
            found.add(refused);
            return null;
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** Throws one exception for all of them, if there is any. */
    void throwIfAny(String what) {
        if (found.isEmpty()) {
            return;
        }
        if (found.size() == 1) {
            throw found.get(0);
        }
        StringBuilder all = new StringBuilder(what + " has " + found.size() + " problems:");
        found.forEach(problem -> all.append("\n* ").append(problem.getMessage()));
        IllegalArgumentException together = new IllegalArgumentException(all.toString());
        found.forEach(together::addSuppressed);
        throw together;
    }
}
