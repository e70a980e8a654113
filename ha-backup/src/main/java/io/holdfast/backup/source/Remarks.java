package io.holdfast.backup.source;

import java.util.ArrayList;
import java.util.List;

/** Remarks, in a bounded amount of memory. Not thread-safe. */
final class Remarks {
    /** As many as a catalogue keeps, with the one that counts the others. */
    private static final int MOST = 999;

    private final List<String> kept = new ArrayList<>();
    private long more;

    void add(String remark) {
        if (kept.size() < MOST) {
            kept.add(remark);
        } else {
            more++;
        }
    }

    List<String> list() {
        List<String> all = new ArrayList<>(kept);
        if (more > 0) {
            all.add("and " + more + " remarks more");
        }
        return all;
    }
}
