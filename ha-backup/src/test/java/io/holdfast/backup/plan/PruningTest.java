package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.PruneReport;
import io.holdfast.backup.PruneVerdict;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.backup.plan.PlanEffect.Run;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That what would go is what goes. */
class PruningTest {
    private final Backlog backlog = new Backlog();
    private final Instant wall = Backlog.day(10);
    private final Moment now = new Moment(Duration.ofDays(1_000).toNanos(), wall.toEpochMilli());
    private final List<Run> runs = new ArrayList<>();
    private final Planner planner = new Planner(
            new PlanConfig(
                    List.of(
                            new LayerPlan("a", Retention.least(), "disk", false),
                            new LayerPlan("b", Retention.least().last(2), "tape", true)),
                    List.of(new SourcePlan(
                            "state", BackupKind.PHYSICAL, Schedule.every(Duration.ofDays(1)), Optional.empty())),
                    Optional.empty(),
                    false,
                    Duration.ofHours(1)),
            new SplittableRandom(1));

    private void step(PlanInput input) {
        for (PlanEffect effect : planner.step(now, input)) {
            if (effect instanceof Run run) {
                runs.add(run);
            }
        }
    }

    private Run take(String layer, Class<? extends Job> what) {
        Run found = runs.stream()
                .filter(run -> run.layer().equals(layer) && what.isInstance(run.what()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(what.getSimpleName() + " in " + layer + " of " + runs));
        runs.remove(found);
        return found;
    }

    private void grant() {
        step(new PlanInput.Granted(FencingToken.of(0, 1)));
    }

    private void claimed(String layer, Entry... entries) {
        step(new PlanInput.Done(take(layer, Job.Claim.class).job(), new Result.Seen(List.of(entries), List.of())));
    }

    private Entry ago(int hours) {
        return backlog.of("state", wall.minus(Duration.ofHours(hours)));
    }

    private Set<String> going(String layer) {
        return planner.report(now).verdicts().stream()
                .filter(verdict -> !verdict.keep() && verdict.layer().equals(layer))
                .map(PruneVerdict::id)
                .collect(Collectors.toSet());
    }

    private PruneVerdict verdict(String layer, Entry entry) {
        return planner.report(now).verdicts().stream()
                .filter(verdict -> verdict.layer().equals(layer)
                        && verdict.id().equals(entry.id().toString()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatAnotherLayerLacksStaysAndSaysSo() {
        Entry older = ago(4);
        Entry old = ago(3);
        Entry last = ago(1);
        grant();
        claimed("b");
        claimed("a", older, old, last);
        PruneVerdict spared = verdict("a", old);
        assertTrue(spared.keep());
        assertEquals(List.of("another layer lacks it"), spared.reasons());
        assertEquals(Set.of(older.id().toString()), going("a"));
        assertEquals(
                new Job.Delete(List.of(older.id())), take("a", Job.Delete.class).what(), "the same");
    }

    @Test
    void aDamagedLastOneKeepsTheOneBefore() {
        Entry old = ago(3);
        Entry last = ago(1);
        grant();
        claimed("b", old);
        claimed("a", old, last);
        assertEquals(Set.of(old.id().toString()), going("a"), "there is a later one");
        Run copy = take("b", Job.Copy.class);
        assertEquals(new Job.Copy(last.id(), "a"), copy.what());
        step(new PlanInput.Failed(copy.job(), Fault.DAMAGED, "it does not match"));
        assertEquals(Set.of(), going("a"));
        assertTrue(verdict("a", old).keep());
    }

    @Test
    void aLayerThatIsNotInUseIsNamed() {
        Entry last = ago(1);
        grant();
        claimed("a", last);
        assertEquals(
                Map.of("b", "it has not been looked at yet"),
                planner.report(now).leftAlone());
        step(new PlanInput.Failed(take("b", Job.Claim.class).job(), Fault.LAYER, "no drive"));
        PruneReport report = planner.report(now);
        assertEquals(Map.of("b", "it fails: no drive"), report.leftAlone());
        assertEquals(
                List.of("a"),
                report.verdicts().stream().map(PruneVerdict::layer).toList());
    }

    @Test
    void anotherNodesLayerIsNamedAndNothingIsSaidOfIt() {
        Entry old = ago(3);
        Entry last = ago(1);
        grant();
        claimed("b", old, last);
        claimed("a", old, last);
        Run delete = take("a", Job.Delete.class);
        assertEquals(Set.of(old.id().toString()), going("a"));
        step(new PlanInput.Failed(delete.job(), Fault.DEPOSED, "a higher token"));
        assertEquals(
                Map.of("a", "another node has it, with a higher token"),
                planner.report(now).leftAlone());
        assertEquals(Set.of(), going("a"));
    }
}
