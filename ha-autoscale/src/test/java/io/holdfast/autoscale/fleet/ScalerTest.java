package io.holdfast.autoscale.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.Wish;
import io.holdfast.autoscale.decide.SizingConfig;
import io.holdfast.autoscale.decide.SizingMemory;
import io.holdfast.autoscale.decide.SizingMemory.Change;
import io.holdfast.autoscale.decide.SizingMemory.Recommendation;
import io.holdfast.core.FencingToken;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScalerTest {
    private static final long DAY = TimeUnit.DAYS.toMillis(20_000);

    private int wish = 3;
    private long seconds;
    private long skewMillis;
    private final List<Sighting> members = new ArrayList<>(List.of(
            voter("node-1", ReplicaRole.MASTER),
            voter("node-2", ReplicaRole.SLAVE),
            voter("node-3", ReplicaRole.SLAVE)));

    private static Sighting voter(String node, ReplicaRole role) {
        return new Sighting(
                node,
                MemberState.ALIVE,
                role,
                "",
                false,
                Map.of(Sighting.SERVING, 100.0, Sighting.BEAT, 1.0, "cpu", 0.5));
    }

    private Scaler scaler(boolean dryRun, Capabilities target) {
        return new Scaler(new ScalerConfig(
                new FleetConfig(
                        "node-1",
                        9,
                        target,
                        "node-",
                        Duration.ofSeconds(30),
                        Duration.ofHours(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(90),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(1)),
                new SizingConfig(
                        List.of(view -> Wish.nodes("test", wish, "it is wished")),
                        1,
                        9,
                        ScalingLimits.usual().stabilization(Duration.ZERO, Duration.ZERO)),
                Duration.ofSeconds(5),
                dryRun));
    }

    private Moment now() {
        return new Moment(TimeUnit.SECONDS.toNanos(seconds), DAY + TimeUnit.SECONDS.toMillis(seconds) + skewMillis);
    }

    private ScalingRecord kept = new ScalingRecord(0, "", 0, "", FleetState.of(0), SizingMemory.EMPTY, List.of());

    /** Runs so many seconds; looks are answered, and what is to be kept is. */
    private List<ScalerEffect> run(Scaler scaler, int time) {
        List<ScalerEffect> all = new ArrayList<>();
        for (int i = 0; i < time; i++) {
            seconds++;
            for (ScalerEffect effect : scaler.tick(now(), members)) {
                all.add(effect);
                if (effect instanceof ScalerEffect.Save save) {
                    kept = save.what();
                    scaler.saved();
                } else if (effect instanceof ScalerEffect.Act act && act.what() instanceof FleetEffect.Look) {
                    all.addAll(scaler.hear(now(), new FleetInput.Looked(List.of())));
                }
            }
        }
        return all;
    }

    private Scaler granted(Scaler scaler, long token, Optional<ScalingRecord> found) {
        List<ScalerEffect> effects = scaler.granted(now(), new FencingToken(token), found, "log");
        kept = ((ScalerEffect.Save) effects.get(0)).what();
        scaler.saved();
        return scaler;
    }

    private static List<ScalingDecision> decisions(List<ScalerEffect> effects) {
        return effects.stream()
                .filter(ScalerEffect.Decided.class::isInstance)
                .map(effect -> ((ScalerEffect.Decided) effect).what())
                .toList();
    }

    private static List<FleetEffect.Start> starts(List<ScalerEffect> effects) {
        return effects.stream()
                .filter(ScalerEffect.Act.class::isInstance)
                .map(effect -> ((ScalerEffect.Act) effect).what())
                .filter(FleetEffect.Start.class::isInstance)
                .map(FleetEffect.Start.class::cast)
                .toList();
    }

    @Test
    void itBeginsWithAsManyAsThereAre() {
        Scaler scaler = granted(scaler(false, FleetWorld.NAMING), 1, Optional.empty());
        run(scaler, 3);
        assertEquals(3, scaler.wanted());
        assertEquals(3, kept.fleet().wanted());
    }

    @Test
    void nothingIsDoneBeforeItIsKept() {
        Scaler scaler = scaler(false, FleetWorld.NAMING);
        assertTrue(
                scaler.granted(now(), new FencingToken(1), Optional.empty(), "log")
                                .get(0)
                        instanceof ScalerEffect.Save);
        for (int i = 0; i < 60; i++) {
            seconds++;
            assertEquals(List.of(), scaler.tick(now(), members));
        }
        scaler.saved();
        run(scaler, 3);
        wish = 5;
        boolean saving = false;
        for (int i = 0; i < 20; i++) {
            seconds++;
            List<ScalerEffect> effects = scaler.tick(now(), members);
            assertFalse(saving && !effects.isEmpty(), effects.toString());
            saving |= effects.stream().anyMatch(ScalerEffect.Save.class::isInstance);
            assertEquals(List.of(), starts(effects));
        }
        assertTrue(saving);
    }

    @Test
    void aDecisionIsCarriedOutAndTold() {
        Scaler scaler = granted(scaler(false, FleetWorld.NAMING), 1, Optional.empty());
        run(scaler, 3);
        wish = 5;
        List<ScalerEffect> effects = run(scaler, 10);
        assertEquals(2, starts(effects).get(0).growth().nodes().size());
        ScalingDecision told = decisions(effects).stream()
                .filter(ScalingDecision::isChange)
                .findFirst()
                .orElseThrow();
        assertEquals(3, told.from());
        assertEquals(5, told.to());
        assertTrue(told.applied());
        assertEquals(3, told.load().metric("cpu").reported());
        assertEquals(5, kept.fleet().wanted());
        assertEquals(1, kept.memory().changes().size());
    }

    @Test
    void theNextOneNeitherRepeatsNorForgets() {
        Scaler first = granted(scaler(false, FleetWorld.NAMING), 1, Optional.empty());
        run(first, 3);
        wish = 5;
        List<FleetEffect.Start> ordered = starts(run(first, 10));
        assertEquals(1, ordered.size());
        skewMillis = -TimeUnit.MINUTES.toMillis(7); // the next node's clock is behind
        Scaler second = granted(scaler(false, FleetWorld.NAMING), 2, Optional.of(kept));
        assertEquals(5, second.wanted());
        List<ScalerEffect> effects = run(second, 10);
        assertEquals(ordered, starts(effects));
        assertEquals(
                List.of(),
                decisions(effects).stream().filter(ScalingDecision::isChange).toList());
        assertEquals(1, kept.memory().changes().size());
    }

    /** What two clocks differ by makes nothing older. */
    @Test
    void agesStayWhatTheyWere() {
        ScalingRecord record = new ScalingRecord(
                1,
                "log",
                100_000,
                "",
                FleetState.of(3),
                new SizingMemory(
                        List.of(new Recommendation(40_000, 90_000, 4)),
                        List.of(new Change(95_000, 3, 4)),
                        List.of(7_000L)),
                List.of());
        ScalingRecord moved = record.at(5_000);
        assertEquals(0, moved.memory().changes().get(0).atMillis());
        assertEquals(-55_000, moved.memory().recommendations().get(0).fromMillis());
        assertEquals(-5_000, moved.memory().recommendations().get(0).toMillis());
        assertEquals(List.of(7_000L), moved.memory().startUpMillis());
    }

    @Test
    void whatAnotherLogSaysIsNotGoneOnWith() {
        ScalingRecord of =
                new ScalingRecord(9, "another", DAY, "somebody", FleetState.of(8), SizingMemory.EMPTY, List.of());
        Scaler scaler = granted(scaler(false, FleetWorld.NAMING), 1, Optional.of(of));
        run(scaler, 3);
        assertEquals(3, scaler.wanted());
        assertEquals("", scaler.pausedBy());
    }

    @Test
    void whileItIsPausedItShowsWhatItWouldDo() {
        Scaler scaler = granted(scaler(false, FleetWorld.NAMING), 1, Optional.empty());
        run(scaler, 3);
        scaler.pause("the night shift");
        wish = 5;
        List<ScalerEffect> effects = run(scaler, 30);
        assertEquals(List.of(), starts(effects));
        ScalingDecision shown = decisions(effects).get(decisions(effects).size() - 1);
        assertEquals(5, shown.to());
        assertFalse(shown.applied());
        assertEquals("the night shift", kept.pausedBy());
        Scaler next = granted(scaler(false, FleetWorld.NAMING), 2, Optional.of(kept));
        assertEquals(List.of(), starts(run(next, 30)));
        next.resume();
        assertEquals(1, starts(run(next, 30)).size());
        assertEquals("", kept.pausedBy());
    }

    @Test
    void aDryRunShowsAndDoesNothing() {
        for (Scaler scaler : List.of(
                scaler(true, FleetWorld.NAMING),
                scaler(false, new Capabilities(true, Capabilities.Removal.ANY, true)))) {
            wish = 3;
            granted(scaler, 1, Optional.empty());
            run(scaler, 3);
            wish = 9;
            List<ScalerEffect> effects = run(scaler, 60);
            assertEquals(List.of(), starts(effects));
            assertEquals(3, scaler.wanted());
            assertTrue(decisions(effects).stream().anyMatch(ScalingDecision::isChange));
            assertFalse(decisions(effects).stream().anyMatch(ScalingDecision::applied));
        }
    }

    @Test
    void whoDecidesNoLongerDoesNothing() {
        Scaler scaler = granted(scaler(false, FleetWorld.NAMING), 1, Optional.empty());
        run(scaler, 3);
        wish = 9;
        scaler.ended();
        assertEquals(List.of(), run(scaler, 30));
    }
}
