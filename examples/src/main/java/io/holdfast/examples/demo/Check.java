package io.holdfast.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One promise; whether it was kept, and what was found. */
record Check(String promise, boolean kept, String found) {
    private String line() {
        return String.format(Locale.ROOT, "%-4s  %-62s  %s", kept ? "PASS" : "FAIL", promise, found);
    }

    /**
     * Shows all of them.
     *
     * @throws DemoFailure if one was not kept, with all that were not
     */
    static void demand(List<Check> checks, Display display) {
        List<String> broken = new ArrayList<>();
        for (Check check : checks) {
            display.plain(check.line());
            if (!check.kept()) {
                broken.add("not kept: " + check.promise() + " (" + check.found() + ")");
            }
        }
        if (!broken.isEmpty()) {
            throw new DemoFailure(String.join("; ", broken));
        }
    }
}
