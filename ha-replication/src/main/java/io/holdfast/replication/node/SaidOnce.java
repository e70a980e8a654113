package io.holdfast.replication.node;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What has been said, so that it is said once while it is true, in whatever order things come. What has been true for the longest time
 * ago is forgotten first, so that there is always room for what is new. Not thread-safe.
 */
final class SaidOnce {
    private final Map<String, Boolean> said;

    /** @param most how many are remembered; more than are true at a time */
    SaidOnce(int most) {
        said = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > most;
            }
        };
    }

    /** It is true. False if it has been said. */
    boolean isNews(String what) {
        return said.put(what, true) == null;
    }

    /** All is news. */
    void clear() {
        said.clear();
    }
}
