package io.holdfast.examples.demo;

import java.util.ArrayList;
import java.util.List;

/** Which promises were not kept, by their places. */
final class BrokenChecks {
    private BrokenChecks() {}

    static List<Integer> of(List<Check> checks) {
        List<Integer> broken = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            if (!checks.get(i).kept()) {
                broken.add(i);
            }
        }
        return broken;
    }
}
