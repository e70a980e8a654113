package io.holdfast.examples.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What a map held after each entry that changed it. The writer says what it was told of each write, in order; a watch of the map says by
 * which entry each was carried out. Safe from any thread.
 */
final class SavedHistory {
    /** What the map held from that entry on. */
    record Step(long index, boolean cleared, MapContent content) {}

    private record Write(boolean cleared, MapContent content) {}

    private final List<Write> writes = new ArrayList<>();
    private final List<Long> indices = new ArrayList<>();

    /** A write was acknowledged, after which the map holds that. */
    synchronized void acknowledged(boolean cleared, MapContent content) {
        writes.add(new Write(cleared, content));
    }

    /** The next write was carried out by that entry. */
    synchronized void told(long index) {
        indices.add(index);
    }

    /** True if the entry of each acknowledged write is known. */
    synchronized boolean isComplete() {
        return indices.size() == writes.size();
    }

    /** All that is known, in order. */
    synchronized List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < Math.min(writes.size(), indices.size()); i++) {
            steps.add(new Step(
                    indices.get(i), writes.get(i).cleared(), writes.get(i).content()));
        }
        return steps;
    }

    /** What had been acknowledged at that entry. */
    MapContent at(long index) {
        MapContent content = new MapContent.Sum().now();
        for (Step step : steps()) {
            if (step.index() > index) {
                return content;
            }
            content = step.content();
        }
        return content;
    }

    /** By which entry the map was cleared. */
    long cleared() {
        return steps().stream()
                .filter(Step::cleared)
                .mapToLong(Step::index)
                .findFirst()
                .orElseThrow(() -> new DemoFailure("nobody has cleared the map"));
    }
}
