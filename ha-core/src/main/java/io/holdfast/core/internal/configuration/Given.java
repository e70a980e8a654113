package io.holdfast.core.internal.configuration;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A value that somebody wrote, as it was written. Says nothing of the value when printed, since it may be a secret.
 *
 * @param name the key in a file, or the environment variable
 * @param file where it was written, or null for an environment variable
 * @param line in that file, from 1
 */
public record Given(String name, String text, @Nullable Path file, int line) {

    /** Where it was written, for people. */
    public String where() {
        Path at = file;
        return at == null ? "environment variable " + name : at + ":" + line;
    }

    boolean isVariable() {
        return file == null;
    }

    @Override
    public String toString() {
        return isVariable() ? where() : name + " (" + where() + ")";
    }
}
