package io.holdfast.backup.catalog;

import java.util.regex.Pattern;

/** Names that stand in catalogues, in metrics and on command lines. */
public final class BackupNames {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private BackupNames() {}

    /** @throws IllegalArgumentException if it is none */
    public static void check(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " is 1 to 40 of a-z 0-9 -, beginning with a letter; this is none: " + name);
        }
    }
}
