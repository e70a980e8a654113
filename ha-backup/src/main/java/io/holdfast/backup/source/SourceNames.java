package io.holdfast.backup.source;

import java.util.regex.Pattern;

/** Names of sources and of facts. */
final class SourceNames {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private SourceNames() {}

    /** The name itself. */
    static String check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name
                            + "\" is no name of a source: 1 to 40 of a-z 0-9 -, beginning with a letter, such as \"orders-db\"");
        }
        return name;
    }
}
