package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.examples.demo.ScaleTrail.Begun;
import io.holdfast.examples.demo.ScaleVerdict.Count;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleVerdictTest {
    /** No process has one so large. */
    private static final String NOBODY = Integer.MAX_VALUE + "@0";

    private final List<Begun> begun = new ArrayList<>(List.of(ended("node-4"), ended("node-5"), ended("node-6")));
    private final List<String> failures = new ArrayList<>();
    private Count count = new Count(100, 6, 3);
    private Set<String> left = Set.of("node-4", "node-5", "node-6");
    private List<String> running = List.of();

    private static Begun ended(String node) {
        return new Begun(node, NOBODY, true, 0);
    }

    /** Which promises were not kept, by their places. */
    private List<Integer> broken() {
        return BrokenChecks.of(new ScaleVerdict(6, count, begun, failures, left, running).checks());
    }

    @Test
    void threeThatCameAndWentAreGood() {
        assertEquals(List.of(), broken());
    }

    @Test
    void moreOrFewerAreFound() {
        count = new Count(100, 7, 3);
        assertEquals(List.of(0), broken());
        count = new Count(100, 6, 2);
        assertEquals(List.of(0), broken());
    }

    @Test
    void aLoadThatWasNotFollowedIsFound() {
        count = new Count(100, 5, 3);
        begun.remove(2);
        assertEquals(List.of(0, 1), broken());
    }

    @Test
    void aNodeThatTwoMastersStartedIsFound() {
        begun.add(ended("node-5"));
        assertEquals(List.of(1), broken());
    }

    @Test
    void oneThatFailedMayBeStartedAgain() {
        begun.add(ended("node-5"));
        failures.add("node-5 it ended by itself");
        assertEquals(List.of(), broken());
        begun.add(ended("node-5"));
        assertEquals(List.of(1), broken());
    }

    @Test
    void aNodeThatDidNotSayGoodbyeIsFound() {
        left = Set.of("node-4", "node-6");
        assertEquals(List.of(2), broken());
    }

    @Test
    void aNodeThatWasKilledIsFoundAndOneThatHadRequests() {
        begun.set(0, new Begun("node-4", NOBODY, false, 0));
        assertEquals(List.of(2), broken());
        begun.set(0, new Begun("node-4", NOBODY, true, 1));
        assertEquals(List.of(2), broken());
    }

    @Test
    void aProcessThatIsLeftIsFoundWhoeverKnowsOfIt() {
        running = List.of("node-6");
        assertEquals(List.of(3), broken());
        running = List.of();
        begun.set(0, new Begun("node-4", LifeLine.ofThisProcess(), true, 0));
        assertEquals(List.of(3), broken());
    }

    @Test
    void nodesThatNeverCameProveNothing() {
        begun.clear();
        assertEquals(List.of(1, 2), broken());
    }

    @Test
    void aTrailTellsWhatProcessesSaidOfThemselves(@TempDir Path directory) throws Exception {
        ScaleTrail trail = ScaleTrail.in(directory);
        assertEquals(List.of(), trail.all());
        trail.began("node-4");
        trail.began("node-5");
        trail.ended("node-4", 2);
        String self = LifeLine.ofThisProcess();
        assertEquals(List.of(new Begun("node-4", self, true, 2), new Begun("node-5", self, false, 0)), trail.all());
        assertTrue(trail.all().get(0).isAlive());
    }
}
