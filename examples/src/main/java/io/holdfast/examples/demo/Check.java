package io.holdfast.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One promise; whether it was kept, and what was found. */
record Check(String promise, boolean kept, String found) {
    private String line() {
        return String.format(Locale.ROOT, "%-4s  %-62s  %s", kept ? "PASS" : "FAIL", promise, found);
    }

    /** Shows all of them; returns what is wrong, empty if nothing. */
    static List<String> judge(List<Check> checks, Display display) {
        List<String> broken = new ArrayList<>();
        for (Check check : checks) {
            display.plain(check.line());
            if (!check.kept()) {
                broken.add("not kept: " + check.promise() + " (" + check.found() + ")");
            }
        }
        return broken;
    }
}
