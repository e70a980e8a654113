package io.holdfast.backup.logical;

import io.holdfast.core.spi.StateContents.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of which maps.
 *
 * @param maps names; empty for all
 * @param prefix what the bytes of their keys begin with; empty for all
 * @param filter what else they have to be; null for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Chosen(
        Set<String> maps, byte[] prefix, @Nullable Predicate<Entry> filter) {
    /** Everything. */
    public static final Chosen ALL = new Chosen(Set.of(), new byte[0], null);

    /** Copies what it is given. */
    public Chosen {
        maps = Set.copyOf(maps);
        prefix = prefix.clone();
    }

    /** With other maps. */
    public Chosen maps(String... names) {
        return new Chosen(Set.of(names), prefix, filter);
    }

    /** With another prefix. */
    public Chosen prefix(byte[] of) {
        return new Chosen(maps, of, filter);
    }

    /** With another filter. */
    public Chosen filter(Predicate<Entry> by) {
        return new Chosen(maps, prefix, by);
    }

    /** In the order of their letters. */
    public Set<String> sortedMaps() {
        return new TreeSet<>(maps);
    }

    /** Asks for maps and keys by their bytes, without making texts of them. For one thread. */
    Matcher matcher() {
        return new Matcher(this);
    }

    static final class Matcher {
        private final Chosen chosen;
        private final Set<ByteBuffer> names;

        private Matcher(Chosen chosen) {
            this.chosen = chosen;
            this.names = chosen.maps().stream()
                    .map(name -> ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)))
                    .collect(Collectors.toUnmodifiableSet());
        }

        boolean map(byte[] name) {
            return names.isEmpty() || names.contains(ByteBuffer.wrap(name));
        }

        boolean key(byte[] map, byte[] key) {
            byte[] prefix = chosen.prefix;
            return map(map)
                    && key.length >= prefix.length
                    && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }

        boolean entry(Entry entry) {
            Predicate<Entry> filter = chosen.filter;
            return key(entry.map(), entry.key()) && (filter == null || filter.test(entry));
        }
    }
}
