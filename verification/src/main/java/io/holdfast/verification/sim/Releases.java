package io.holdfast.verification.sim;

import java.util.Map;
import java.util.TreeMap;

/** Which of two releases is installed on each machine: the later one writes what the earlier one cannot read, from level 2 on. */
final class Releases implements NodeParts {
    static final int EARLIER = 1;
    static final int LATER = 2;

    private final Map<String, Integer> installed = new TreeMap<>();
    private final int first;

    /** @param first what is installed everywhere at the beginning */
    Releases(int first) {
        this.first = first;
    }

    /** What the machine's next process runs. */
    void install(String id, int release) {
        installed.put(id, release);
    }

    @Override
    public int level(String id) {
        return installed.getOrDefault(id, first);
    }
}
