package io.holdfast.verification.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The few keys that all clients work on at a time. A key that has had enough calls, or enough of them with an unknown outcome,
 * makes room for a new one, so that each key's history stays short enough to be searched to its end. Safe from any thread.
 */
final class KeySpace {
    static final int AT_ONCE = 4;
    private static final int MOST_CALLS = 240;
    private static final int MOST_UNKNOWN = 5;

    private static final class Use {
        int calls;
        int unknown;
    }

    private final String prefix;
    private final List<String> current = new ArrayList<>(); // guarded by this
    private final Map<String, Use> uses = new HashMap<>(); // of the current keys; guarded by this
    private final Map<String, String> lastSeen = new HashMap<>(); // guarded by this
    private final List<String> retired = new ArrayList<>(); // guarded by this
    private int made; // guarded by this

    /** @param prefix of all keys: different for each history that is kept of one cluster */
    KeySpace(String prefix) {
        this.prefix = prefix;
        for (int i = 0; i < AT_ONCE; i++) {
            current.add(make());
        }
    }

    private String make() {
        String key = prefix + made++;
        uses.put(key, new Use());
        return key;
    }

    /** A key for a call. */
    synchronized String next(RandomGenerator random) {
        int place = random.nextInt(current.size());
        String key = current.get(place);
        if (++uses.get(key).calls >= MOST_CALLS) {
            retire(key);
        }
        return key;
    }

    /** A call on it has an unknown outcome. */
    synchronized void unknown(String key) {
        Use use = uses.get(key);
        if (use != null && ++use.unknown >= MOST_UNKNOWN) {
            retire(key);
        }
    }

    private void retire(String key) {
        uses.remove(key);
        retired.add(key);
        lastSeen.remove(key);
        current.set(current.indexOf(key), make());
    }

    /** Somebody has seen, or set, this value; null for none. */
    synchronized void saw(String key, @Nullable String value) {
        if (uses.containsKey(key)) {
            lastSeen.put(key, value);
        }
    }

    /** What somebody saw last; a good guess for a compare-and-set. */
    synchronized @Nullable String lastSeen(String key) {
        return lastSeen.get(key);
    }

    /** All keys that there ever were. */
    synchronized List<String> all() {
        List<String> all = new ArrayList<>(retired);
        all.addAll(current);
        return all;
    }
}
