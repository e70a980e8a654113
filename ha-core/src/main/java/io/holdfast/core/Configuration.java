package io.holdfast.core;

import io.holdfast.core.internal.configuration.OperatorFiles;
import io.holdfast.core.internal.configuration.OptionTable;
import io.holdfast.core.internal.configuration.PropertiesText;
import io.holdfast.core.internal.configuration.Reading;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node is to be, from a file and from environment variables; see {@link HaCluster#builder(Configuration)}.
 *
 * <pre>{@code
 * try (HaCluster cluster = HaCluster.builder(
 *                 Configuration.load(Path.of("/etc/shop/holdfast.properties")).environment(System.getenv()))
 *         .onMaster(grant -> ...)
 *         .start()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>The file is a Java properties file in UTF-8. Keys begin with {@code holdfast.}; others are passed over, so that an application
 * may keep its own beside them. The variable for {@code holdfast.node.id} is {@code HOLDFAST_NODE_ID}. What the builder is told by
 * code counts most, then the variables, then the file, then the defaults. What can be set is listed in {@code
 * docs/configuration.md}.
 *
 * <p>Immutable: each method returns a changed copy. Safe from any thread. Prints no values.
 */
public final class Configuration {
    private static final Configuration NONE = new Configuration(null, null, Map.of());

    private final @Nullable Path file;
    private final @Nullable PropertiesText text;
    private final Map<String, String> variables;

    private Configuration(@Nullable Path file, @Nullable PropertiesText text, Map<String, String> variables) {
        this.file = file;
        this.text = text;
        this.variables = variables;
    }

    /** Nothing yet, for a node that {@link #environment} alone configures. */
    public static Configuration none() {
        return NONE;
    }

    /**
     * Reads a file, of at most 1 MiB. What is wrong with its content is told by {@link HaCluster.Builder#build()}, all together.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    public static Configuration load(Path file) {
        return new Configuration(file, PropertiesText.read(OperatorFiles.text(file)), Map.of());
    }

    /**
     * Adds environment variables, which count more than the file: those that begin with {@code HOLDFAST_} and are not empty.
     *
     * @param environment {@link System#getenv()}, as a rule
     */
    public Configuration environment(Map<String, String> environment) {
        Map<String, String> own = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(OptionTable.VARIABLE_PREFIX)) {
                own.put(name, value);
            }
        });
        return new Configuration(file, text, own);
    }

    /** Makes values of it. */
    Reading read(OptionTable table) {
        Reading reading = new Reading(table);
        Path from = file;
        PropertiesText content = text;
        if (from != null && content != null) {
            reading.file(from, content);
        }
        reading.environment(variables);
        reading.finish();
        return reading;
    }

    @Override
    public String toString() {
        return (file == null ? "no file" : file) + " and " + variables.size() + " environment variables";
    }
}
