package io.holdfast.verification.scaling;

import io.holdfast.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What went wrong, and a short diary of what led to it. */
final class ScalingViolations {
    private static final int MOST_LINES = 400;

    private final Simulation simulation;
    private final List<String> problems = new ArrayList<>();
    private final List<String> diary = new ArrayList<>();

    ScalingViolations(Simulation simulation) {
        this.simulation = simulation;
    }

    void add(String what) {
        problems.add(at() + what);
        note("PROBLEM: " + what);
    }

    /** Something worth knowing when there is a problem. */
    void note(String what) {
        diary.add(at() + what);
        if (diary.size() > MOST_LINES) {
            diary.remove(0);
        }
    }

    private String at() {
        return String.format(Locale.ROOT, "%.3f s: ", simulation.nowNanos() / 1e9);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    List<String> diary() {
        return List.copyOf(diary);
    }

    boolean any() {
        return !problems.isEmpty();
    }
}
