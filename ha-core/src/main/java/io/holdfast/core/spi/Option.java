package io.holdfast.core.spi;

import io.holdfast.core.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set, by a builder's method, in a file or by an environment variable: the one place that knows its
 * default and its range. The reference in the documentation is made from these. Immutable.
 *
 * @param key as it is written after the feature's name: {@code snapshots.logBytes} for {@code
 *     holdfast.replication.snapshots.logBytes}; letters and digits in camel case, words apart by dots
 * @param type how it is written
 * @param defaultValue what holds if it is not set, or null if there is none
 * @param least the smallest value allowed, or null if there is none
 * @param most the greatest value allowed, or null if there is none
 * @param range what is allowed, in words; empty if everything is
 * @param description what it does, for people
 * @param secret true for what is never printed, and can also be given as a file's content
 */
public record Option<T>(
        String key,
        Type<T> type,
        @Nullable T defaultValue,
        @Nullable T least,
        @Nullable T most,
        String range,
        String description,
        boolean secret) {
    private static final String KEY = "[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*)*";

    /** Checks the key. */
    public Option {
        if (!key.matches(KEY)) {
            throw new IllegalArgumentException("option \"" + key + "\": write camel case and dots, such as logBytes");
        }
    }

    /**
     * How values of one kind are written.
     *
     * @param name of the kind, for people
     * @param example a value as it may be written
     * @param parser throws {@link IllegalArgumentException} with what to write instead
     * @param printer writes a value so that the parser understands it
     * @param order of values that have one, or null
     */
    public record Type<T>(
            String name,
            String example,
            Function<String, T> parser,
            Function<T, String> printer,
            @Nullable Comparator<T> order) {}

    private static <T> Option<T> of(String key, String description, Type<T> type) {
        return new Option<>(key, type, null, null, null, "", description, false);
    }

    /** Any text. */
    public static Option<String> text(String key, String description) {
        return of(key, description, new Type<>("text", "a", text -> text, text -> text, null));
    }

    /** A text that nobody is shown. */
    public static Option<String> secret(String key, String description) {
        return new Option<>(
                key,
                new Type<>("secret", "...", text -> text, text -> "(not shown)", null),
                null,
                null,
                null,
                "",
                description,
                true);
    }

    /** {@code true} or {@code false}, which is the default. */
    public static Option<Boolean> flag(String key, String description) {
        return of(key, description, new Type<>("true or false", "true", Texts::flag, String::valueOf, null))
                .byDefault(false);
    }

    /** A whole number. */
    public static Option<Integer> number(String key, String description) {
        return of(
                key,
                description,
                new Type<>("number", "10", Texts::number, String::valueOf, Comparator.<Integer>naturalOrder()));
    }

    /** A length of time, such as {@code 250ms}, {@code 5s}, {@code 1h} or {@code PT5S}. */
    public static Option<Duration> duration(String key, String description) {
        return of(
                key,
                description,
                new Type<>("time", "250ms", Texts::duration, Texts::print, Comparator.<Duration>naturalOrder()));
    }

    /** A number of bytes, such as {@code 64MiB}. */
    public static Option<Long> bytes(String key, String description) {
        return of(
                key,
                description,
                new Type<>("bytes", "64MiB", Texts::bytes, Texts::printBytes, Comparator.<Long>naturalOrder()));
    }

    /** A file or directory; a relative one begins at the process's working directory. */
    public static Option<Path> path(String key, String description) {
        return of(key, description, new Type<>("path", "/var/lib/shop", Texts::path, Path::toString, null));
    }

    /** A {@code host:port}. */
    public static Option<Address> address(String key, String description) {
        return of(key, description, new Type<>("host:port", "10.0.0.1:7400", Address::parse, Address::toString, null));
    }

    /**
     * Several, with commas between.
     *
     * @param element what one is, such as {@code host:port}
     */
    public static Option<List<String>> list(String key, String element, String description) {
        return of(
                key,
                description,
                new Type<>("list of " + element, "a, b", Texts::list, values -> String.join(", ", values), null));
    }

    /**
     * Several {@code name=value}, with commas between.
     *
     * @param element what one is, such as {@code name=URI}
     */
    public static Option<Map<String, String>> pairs(String key, String element, String description) {
        return of(
                key,
                description,
                new Type<>(
                        "list of " + element,
                        "a=b, c=d",
                        Texts::pairs,
                        values -> values.entrySet().stream()
                                .map(Map.Entry::toString)
                                .collect(Collectors.joining(", ")),
                        null));
    }

    /** One of the constants of {@code type}, in upper or lower case. */
    public static <E extends Enum<E>> Option<E> choice(String key, Class<E> type, String description) {
        E[] all = type.getEnumConstants();
        String names = Arrays.stream(all).map(Enum::name).collect(Collectors.joining(" or "));
        return of(
                key,
                description,
                new Type<>(names, all[0].name(), text -> Texts.choice(all, names, text), Enum::name, null));
    }

    /** The same with a default. */
    public Option<T> byDefault(T value) {
        return new Option<>(key, type, value, least, most, range, description, secret);
    }

    /** The same with a range, both ends allowed. */
    public Option<T> within(T smallest, T greatest) {
        String words = type.printer().apply(smallest) + " to " + type.printer().apply(greatest);
        return new Option<>(key, type, defaultValue, smallest, greatest, words, description, secret);
    }

    /** The same with what is allowed in words; somebody else checks it. */
    public Option<T> allowed(String words) {
        return new Option<>(key, type, defaultValue, least, most, words, description, secret);
    }

    /** What holds if it is not set. */
    public T orDefault() {
        T value = defaultValue;
        if (value == null) {
            throw new IllegalStateException("option " + key + " has no default");
        }
        return value;
    }

    /**
     * Returns {@code value} if it is in the range.
     *
     * @throws IllegalArgumentException if it is not, with the range
     */
    public T check(T value) {
        Comparator<T> order = type.order();
        T smallest = least;
        T greatest = most;
        if (order != null
                && smallest != null
                && greatest != null
                && (order.compare(value, smallest) < 0 || order.compare(value, greatest) > 0)) {
            throw new IllegalArgumentException(key + " " + type.printer().apply(value) + " is not within " + range);
        }
        return value;
    }

    /**
     * Reads a value and checks its range.
     *
     * @throws IllegalArgumentException with what to write instead; it does not quote a secret
     */
    public T parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("it is empty; give it a value, for example " + type.example()
                    + ", or leave it out" + (defaultValue == null ? "" : " for the default"));
        }
        T value = type.parser().apply(secret ? text : text.strip());
        Comparator<T> order = type.order();
        T smallest = least;
        T greatest = most;
        if (order != null && smallest != null && order.compare(value, smallest) < 0) {
            throw new IllegalArgumentException(type.printer().apply(value) + " is too little; it may be " + range);
        }
        if (order != null && greatest != null && order.compare(value, greatest) > 0) {
            throw new IllegalArgumentException(type.printer().apply(value) + " is too much; it may be " + range);
        }
        return value;
    }
}
