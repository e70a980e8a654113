package io.holdfast.core.internal.configuration;

import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that can be set in this process, by its whole key and by its environment variable. The one follows from the other: {@code
 * holdfast.replication.electionTimeout} is {@code HOLDFAST_REPLICATION_ELECTION_TIMEOUT}, and {@code holdfast.etcd-election.root} is
 * {@code HOLDFAST_ETCD_ELECTION_ROOT}.
 */
public final class OptionTable {
    /** What every key begins with. */
    public static final String PREFIX = "holdfast.";
    /** What every environment variable begins with. */
    public static final String VARIABLE_PREFIX = "HOLDFAST_";

    private static final String FILE = "File";

    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final Map<String, Key> variables = new LinkedHashMap<>();
    private final List<Group> groups;

    /**
     * Options that belong together.
     *
     * @param name the word after {@code holdfast.}
     * @param feature whose they are, or null for the core's own
     */
    public record Group(
            String name, List<Option<?>> options, @Nullable ConfigurableFeature feature) {
        public Group {
            options = List.copyOf(options);
        }
    }

    /**
     * One key.
     *
     * @param secret whose value the file holds that this key names; null for an ordinary key
     */
    public record Key(
            String name,
            String variable,
            Group group,
            Option<?> option,
            @Nullable Option<?> secret) {}

    /** @throws IllegalStateException if two are spelt alike */
    public OptionTable(List<Group> groups) {
        this.groups = List.copyOf(groups);
        for (Group group : groups) {
            for (Option<?> option : group.options()) {
                add(group, option, null);
                if (option.secret()) {
                    add(group, fileOf(option), option);
                }
            }
        }
    }

    /** The option that names a file which holds what {@code secret} would be set to. */
    static Option<?> fileOf(Option<?> secret) {
        return Option.path(secret.key() + FILE, "a file that holds `" + secret.key() + "`, and nothing else");
    }

    private void add(Group group, Option<?> option, @Nullable Option<?> secret) {
        String name = keyOf(group, option);
        Key key = new Key(name, variableOf(name), group, option, secret);
        Key other = keys.put(name, key);
        Key alike = variables.put(key.variable(), key);
        if (other != null || alike != null) {
            throw new IllegalStateException("two options would be " + name + " or " + key.variable());
        }
    }

    static String keyOf(Group group, Option<?> option) {
        return PREFIX + group.name() + "." + option.key();
    }

    /** A word more wherever a dot or a hyphen is, or where an upper-case letter follows another character. */
    public static String variableOf(String key) {
        return key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_")
                .replaceAll("[.-]", "_")
                .toUpperCase(Locale.ROOT);
    }

    /** All of them, in the order of their groups. */
    public List<Key> keys() {
        return List.copyOf(keys.values());
    }

    /** In the order in which they are shown. */
    public List<Group> groups() {
        return groups;
    }

    @Nullable
    Key key(String name) {
        return keys.get(name);
    }

    @Nullable
    Key variable(String name) {
        return variables.get(name);
    }

    boolean hasGroup(String name) {
        return groups.stream().anyMatch(group -> group.name().equals(name));
    }

    /** The key that somebody may have meant, or null if none is near. */
    @Nullable
    String nearestKey(String name) {
        return nearest(name, new ArrayList<>(keys.keySet()));
    }

    /** The environment variable that somebody may have meant, or null if none is near. */
    @Nullable
    String nearestVariable(String name) {
        return nearest(name, new ArrayList<>(variables.keySet()));
    }

    private static @Nullable String nearest(String name, List<String> candidates) {
        String best = null;
        int least = Math.max(2, name.length() / 5) + 1;
        for (String candidate : candidates) {
            int distance = distance(plain(name), plain(candidate));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Case, dots, hyphens and underscores are what is mistaken most often, and cost nothing. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    /** How many characters have to be put in, taken out or replaced (Levenshtein). */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
