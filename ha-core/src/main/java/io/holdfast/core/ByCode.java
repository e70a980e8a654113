package io.holdfast.core;

import io.holdfast.core.internal.configuration.OptionTable.Group;
import io.holdfast.core.spi.Option;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a builder was told by code, of what a file or the environment could have said: it takes their place. */
final class ByCode {
    private final Set<String> groups = new HashSet<>();
    private final Set<String> keys = new HashSet<>();

    /** Code has given all of that group, by its name. */
    ByCode whole(String group) {
        groups.add(group);
        return this;
    }

    /** The same, if {@code given} is something. */
    ByCode whole(Group group, @Nullable Object given) {
        return given == null ? this : whole(group.name());
    }

    /** Code has given that one, if {@code given} is something. */
    ByCode one(Group group, Option<?> option, @Nullable Object given) {
        if (given != null) {
            keys.add(key(group, option.key()));
        }
        return this;
    }

    private static String key(Group group, String option) {
        return group.name() + "." + option;
    }

    /**
     * True if that does not count because of what code has said.
     *
     * @param option of the group; null for something that is not of one option alone
     */
    boolean overrides(Group group, @Nullable Option<?> option) {
        return groups.contains(group.name()) || (option != null && keys.contains(key(group, option.key())));
    }
}
