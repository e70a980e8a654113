package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import io.holdfast.backup.plan.PlanConfig.DrillPlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.backup.plan.PlanEffect.Run;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateMark;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the planner has which layer proven. */
class DrillPlanTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Backlog backlog = new Backlog();
    private final List<Run> runs = new ArrayList<>();
    private int marks;
    private long nanos = Duration.ofDays(1_000).toNanos();
    private Instant wall = Backlog.day(10);
    private Planner planner = planner(Optional.of(Schedule.every(WEEK)), true);
    private Entry base;
    private Entry part;

    @BeforeEach
    void backups() {
        base = backlog.base("log1", 100, wall.minusSeconds(600));
        part = backlog.part("log1", 101, 200, wall.minusSeconds(60));
    }

    private static Planner planner(Optional<Schedule> drills, boolean archives) {
        return planner(List.of(new DrillPlan("state", drills, Optional.empty(), Duration.ofHours(6))), archives);
    }

    private static Planner planner(List<DrillPlan> drills, boolean archives) {
        List<LayerPlan> layers = List.of(
                new LayerPlan("a", Retention.least(), "disk", false),
                new LayerPlan("b", Retention.least(), "disk", true));
        return new Planner(
                new PlanConfig(
                        layers,
                        List.of(new SourcePlan(
                                "state",
                                BackupKind.PHYSICAL,
                                Schedule.every(Duration.ofDays(366)),
                                Optional.of(Duration.ofDays(3_000)))),
                        archives
                                ? Optional.of(new ArchivePlan("state", Duration.ofHours(1), MergePlan.USUAL))
                                : Optional.empty(),
                        false,
                        Duration.ofHours(1),
                        drills),
                new SplittableRandom(1));
    }

    private void step(PlanInput input) {
        for (PlanEffect effect : planner.step(new Moment(nanos, wall.toEpochMilli()), input)) {
            if (effect instanceof Run run) {
                runs.add(run);
            } else if (effect instanceof PlanEffect.Mark) {
                marks++;
            }
        }
        // Nothing else is of interest here, and all of it succeeds.
        for (Run run : List.copyOf(runs)) {
            if (run.what() instanceof Job.Archive && runs.remove(run)) {
                step(new PlanInput.Done(run.job(), new Result.NothingNew()));
            } else if (run.what() instanceof Job.Collect && runs.remove(run)) {
                step(new PlanInput.Done(run.job(), new Result.Collected(0)));
            } else if (run.what() instanceof Job.Look && runs.remove(run)) {
                step(new PlanInput.Done(run.job(), new Result.Seen(List.of(base, part), List.of())));
            }
        }
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall = wall.plus(time);
        step(new PlanInput.Tick());
    }

    private Run take(String layer, Class<? extends Job> what) {
        List<Run> found = runs.stream()
                .filter(run -> run.layer().equals(layer) && what.isInstance(run.what()))
                .toList();
        assertEquals(1, found.size(), what.getSimpleName() + " in " + layer + " of " + runs);
        runs.remove(found.get(0));
        return found.get(0);
    }

    private void granted(List<DrillRecord> inA, List<DrillRecord> inB) {
        step(new PlanInput.Granted(FencingToken.of(0, 1)));
        step(new PlanInput.Log(Optional.of("log1")));
        step(new PlanInput.Done(
                take("a", Job.Claim.class).job(), new Result.Seen(List.of(base, part), List.of(), inA)));
        step(new PlanInput.Done(
                take("b", Job.Claim.class).job(), new Result.Seen(List.of(base, part), List.of(), inB)));
    }

    private void marked(long index) {
        step(new PlanInput.Marked(Optional.of(new StateMark("log1", index, 0, Map.of("maps", index)))));
    }

    private DrillRecord record(Outcome outcome, Instant began) {
        return new DrillRecord(
                backlog.id(began), outcome, "shop", "node-1", "state", "", "log1", 150, 1, 1, "as " + outcome);
    }

    private void drilled(String layer, Outcome outcome) {
        DrillRecord record = record(outcome, wall);
        step(new PlanInput.Done(take(layer, Job.Drill.class).job(), new Result.Drilled(record, Optional.empty())));
    }

    private List<String> standing() {
        return planner.standing().stream()
                .map(alert -> alert.kind() + " " + alert.subject())
                .filter(alert -> alert.startsWith("DRILL") || alert.startsWith("LAYER"))
                .toList();
    }

    @Test
    void theStateIsMarkedAndALayerThatHasTheLogUpToThereIsRestoredFrom() {
        granted(List.of(), List.of());
        assertEquals(1, marks);
        assertEquals(List.of(), runs);
        marked(150);
        Job.StateDrill drill = (Job.StateDrill) take("a", Job.Drill.class).what();
        assertEquals("log1", drill.logId());
        assertEquals(150, drill.index());
        assertEquals(150, drill.mark().orElseThrow().hashes().get("maps"));
        assertEquals(List.of(), runs, "one at a time");
    }

    @Test
    void aMarkThatCouldNotBeMadeIsAskedForAgain() {
        granted(List.of(), List.of());
        step(new PlanInput.Marked(Optional.empty()));
        assertEquals(1, marks, "not at once");
        pass(Duration.ofSeconds(5));
        assertEquals(2, marks);
    }

    @Test
    void aLayerThatLacksTheLogUpToTheMarkIsWaitedFor() {
        granted(List.of(), List.of());
        marked(250);
        pass(MINUTE);
        assertEquals(List.of(), runs);
        part = backlog.part("log1", 101, 260, wall);
        pass(Duration.ofHours(1)); // it is looked at, and has come to have it
        assertEquals(250, ((Job.StateDrill) take("a", Job.Drill.class).what()).index());
    }

    @Test
    void whatDoesNotComeForHalfAnHourIsForTheDrillToName() {
        granted(List.of(), List.of());
        marked(250);
        pass(Duration.ofMinutes(29));
        assertEquals(List.of(), runs);
        pass(MINUTE);
        assertEquals(250, ((Job.StateDrill) take("a", Job.Drill.class).what()).index());
    }

    @Test
    void aMarkFromBeforeTheBackupIsOfNoUse() {
        granted(List.of(), List.of());
        marked(99);
        pass(Duration.ofSeconds(5));
        assertEquals(2, marks);
    }

    @Test
    void layersTakeTurns() {
        granted(List.of(), List.of());
        marked(150);
        drilled("a", Outcome.PROVEN);
        pass(WEEK.minus(MINUTE));
        assertEquals(1, marks, "not before its time");
        pass(MINUTE);
        marked(160);
        drilled("b", Outcome.PROVEN);
        pass(WEEK);
        marked(170);
        take("a", Job.Drill.class);
        assertEquals(List.of(), standing());
    }

    @Test
    void oneThatFailsIsToldAndTriedAgainBesideTheTurnsOfOthers() {
        granted(List.of(), List.of());
        marked(150);
        drilled("a", Outcome.FAILED);
        assertEquals(List.of("DRILL_FAILED a"), standing());
        pass(Duration.ofMinutes(3));
        assertEquals(1, marks, "not at once");
        pass(Duration.ofMinutes(4));
        marked(150);
        drilled("a", Outcome.MISMATCH);
        assertEquals(List.of("DRILL_MISMATCH a"), standing());
        pass(Duration.ofHours(7));
        marked(150);
        drilled("a", Outcome.PROVEN);
        assertEquals(List.of(), standing());
        pass(WEEK);
        marked(150);
        drilled("b", Outcome.PROVEN);
    }

    @Test
    void aNewHolderFindsInTheLayersWhatTheOneBeforeHasProven() {
        granted(
                List.of(record(Outcome.PROVEN, wall.minus(Duration.ofDays(2)))),
                List.of(record(Outcome.PROVEN, wall.minus(Duration.ofDays(9)))));
        pass(Duration.ofDays(4));
        assertEquals(0, marks);
        pass(Duration.ofDays(1));
        marked(150);
        take("b", Job.Drill.class);
    }

    @Test
    void aNewHolderKnowsWhatHasFailed() {
        granted(List.of(record(Outcome.MISMATCH, wall.minus(MINUTE))), List.of());
        assertEquals(List.of("DRILL_MISMATCH a"), standing());
        step(new PlanInput.Ended("the role moves"));
        assertEquals(List.of(), standing());
    }

    @Test
    void aDrillThatDiedWithItsHolderIsDoneByTheNextOne() {
        granted(List.of(), List.of());
        marked(150);
        take("a", Job.Drill.class);
        step(new PlanInput.Ended("it dies"));
        granted(List.of(), List.of());
        assertEquals(2, marks);
        marked(160);
        assertEquals(160, ((Job.StateDrill) take("a", Job.Drill.class).what()).index());
    }

    @Test
    void whatWasNotProvenForTurnsIsTold() {
        granted(List.of(), List.of());
        marked(150);
        drilled("a", Outcome.PROVEN);
        Instant proven = wall;
        while (wall.isBefore(proven.plus(WEEK.multipliedBy(3)))) { // b's drills never end
            pass(Duration.ofHours(12));
            step(new PlanInput.Marked(Optional.empty()));
        }
        assertTrue(standing().contains("DRILL_OLD b"), standing().toString());
        pass(Duration.ofHours(12));
        assertTrue(standing().contains("DRILL_OLD a"), standing().toString());
    }

    @Test
    void nothingBeginsWhileABackupIsWantedOrMade() {
        granted(List.of(), List.of());
        step(new PlanInput.MakeNow("state"));
        Run make = take("a", Job.Make.class);
        marked(150);
        pass(MINUTE);
        assertEquals(List.of(), runs);
        step(new PlanInput.Failed(make.job(), Fault.SOURCE, "it is broken"));
        take("a", Job.Drill.class);
        step(new PlanInput.MakeNow("state"));
        take("a", Job.Make.class); // which does not wait for the drill
    }

    @Test
    void whatIsReadIsNotDeletedBeneathIt() {
        granted(List.of(), List.of());
        marked(150);
        Run drill = take("a", Job.Drill.class);
        Run make = null;
        for (int i = 0; i < 3; i++) { // least() keeps one
            step(new PlanInput.MakeNow("state"));
            make = take("a", Job.Make.class);
            pass(Duration.ofDays(40));
            step(new PlanInput.Done(
                    make.job(), new Result.Made(backlog.base("log1", 300 + i, wall.minusSeconds(5)), false)));
            runs.removeIf(run -> run.what() instanceof Job.Copy);
        }
        assertTrue(
                runs.stream().noneMatch(run -> run.layer().equals("a") && run.what() instanceof Job.Delete),
                runs.toString());
        step(new PlanInput.Done(drill.job(), new Result.Drilled(record(Outcome.PROVEN, wall), Optional.empty())));
        take("a", Job.Delete.class);
    }

    @Test
    void whatADrillFindsDamagedIsToldOfTheLayerAndNoneOfItCounts() {
        granted(List.of(), List.of());
        marked(150);
        step(new PlanInput.Done(
                take("a", Job.Drill.class).job(),
                new Result.Drilled(record(Outcome.FAILED, wall), Optional.of(base.id()))));
        assertEquals(
                List.of("DRILL_FAILED a", "LAYER_DAMAGED a"),
                standing().stream().sorted().toList());
    }

    @Test
    void theLayerIsNotBlamedForThePlace() {
        granted(List.of(), List.of());
        marked(150);
        step(new PlanInput.Failed(take("a", Job.Drill.class).job(), Fault.PLACE, "no room"));
        assertEquals(List.of("DRILL_FAILED a"), standing());
        step(new PlanInput.MakeNow("state"));
        take("a", Job.Make.class);
    }

    @Test
    void afterAFailureOfTheLayerTheNextOneWaits() {
        granted(List.of(), List.of());
        marked(150);
        step(new PlanInput.Failed(take("a", Job.Drill.class).job(), Fault.LAYER, "its disk is sick"));
        assertTrue(standing().contains("DRILL_FAILED a"), standing().toString());
        pass(MINUTE); // the layer can be used again
        pass(MINUTE);
        assertEquals(1, marks);
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Drill), runs.toString());
        pass(Duration.ofMinutes(5));
        marked(150);
        drilled("a", Outcome.PROVEN);
        assertEquals(List.of(), standing());
    }

    @Test
    void whatCouldNotBeStoredIsToldAndProvesNothing() {
        granted(List.of(), List.of());
        marked(150);
        unstored(Outcome.MISMATCH, Fault.LAYER);
        assertEquals(
                List.of("DRILL_MISMATCH a", "LAYER_FAILING a"),
                standing().stream().sorted().toList());
        assertEquals(List.of(), planner.drills().good());
        pass(Duration.ofMinutes(2));
        assertEquals(1, marks, "not at once");
        pass(Duration.ofMinutes(5));
        marked(150);
        unstored(Outcome.PROVEN, Fault.LAYER);
        assertEquals(
                List.of("DRILL_FAILED a", "LAYER_FAILING a"),
                standing().stream().sorted().toList());
        assertEquals(List.of(), planner.drills().good());
        pass(Duration.ofMinutes(20));
        marked(150);
        drilled("a", Outcome.PROVEN);
        assertEquals(List.of(), standing());
        assertEquals(1, planner.drills().good().size());
    }

    @Test
    void whatADeposedOneFoundIsToldAndTheLayerLeftAlone() {
        granted(List.of(), List.of());
        marked(150);
        unstored(Outcome.MISMATCH, Fault.DEPOSED);
        assertTrue(standing().contains("DRILL_MISMATCH a"), standing().toString());
        step(new PlanInput.MakeNow("state"));
        take("b", Job.Make.class);
    }

    private void unstored(Outcome outcome, Fault fault) {
        Result.Unstored why = new Result.Unstored(fault, "it is full");
        step(new PlanInput.Done(
                take("a", Job.Drill.class).job(),
                new Result.Drilled(record(outcome, wall), Optional.empty(), Optional.of(why))));
    }

    @Test
    void whoAsksWhileOneRunsGetsTheNext() {
        planner = planner(Optional.empty(), true);
        granted(List.of(), List.of());
        step(new PlanInput.DrillNow("state", "a"));
        marked(150);
        Run first = take("a", Job.Drill.class);
        step(new PlanInput.DrillNow("state", "a"));
        step(new PlanInput.Done(first.job(), new Result.Drilled(record(Outcome.PROVEN, wall), Optional.empty())));
        pass(Duration.ofSeconds(5));
        assertEquals(2, marks);
        marked(160);
        drilled("a", Outcome.PROVEN);
        pass(MINUTE);
        assertEquals(2, marks, "and no more than that");
    }

    @Test
    void byHand() {
        planner = planner(Optional.empty(), true);
        granted(List.of(), List.of());
        pass(Duration.ofDays(100));
        assertEquals(0, marks);
        step(new PlanInput.DrillNow("state", "b"));
        marked(150);
        drilled("b", Outcome.FAILED);
        assertEquals(List.of("DRILL_FAILED b"), standing());
        pass(Duration.ofDays(100));
        assertEquals(1, marks, "nobody has asked for another one");
        step(new PlanInput.DrillNow("state", ""));
        marked(150);
        drilled("a", Outcome.PROVEN);
        step(new PlanInput.DrillNow("state", "elsewhere")); // is refused before it comes here
        assertEquals(2, marks);
    }

    @Test
    void withoutAnArchiveTheBackupAloneIsRestoredAndComparedIfThatCanBe() {
        planner = planner(Optional.of(Schedule.every(WEEK)), false);
        granted(List.of(), List.of());
        marked(250);
        Job.StateDrill drill = (Job.StateDrill) take("a", Job.Drill.class).what();
        assertEquals(100, drill.index());
        assertEquals(Optional.empty(), drill.mark());
        step(new PlanInput.Ended("again"));
        granted(List.of(), List.of());
        marked(100);
        assertTrue(((Job.StateDrill) take("a", Job.Drill.class).what()).mark().isPresent());
    }

    @Test
    void anotherSourceIsRestoredFromItsNewestBackupBesideTheState() {
        DrillPlan state = new DrillPlan("state", Optional.of(Schedule.every(WEEK)), Optional.empty(), MINUTE);
        DrillPlan files = new DrillPlan("files", Optional.of(Schedule.every(WEEK)), Optional.empty(), MINUTE);
        planner = planner(List.of(state, files), true);
        part = backlog.of("files", wall.minusSeconds(60)); // seen in both layers
        granted(List.of(), List.of());
        assertEquals(1, marks, "the state's waits for a mark");
        Run drill = take("a", Job.SourceDrill.class);
        assertEquals(new Job.SourceDrill("files", part.id(), MINUTE), drill.what());
        marked(100);
        assertEquals(List.of(), runs, "one at a time");
        DrillRecord record = new DrillRecord(
                backlog.id(wall), Outcome.FAILED, "shop", "node-1", "files", "", "", 0, 0, 1, "2 files are missing");
        step(new PlanInput.Done(drill.job(), new Result.Drilled(record, Optional.empty())));
        assertEquals(List.of("DRILL_FAILED a/files"), standing());
        take("a", Job.StateDrill.class);
    }

    @Test
    void aClockThatWasSetBackDoesNotMakeOneDrillFollowTheOther() {
        granted(List.of(), List.of());
        marked(150);
        drilled("a", Outcome.PROVEN);
        pass(WEEK);
        marked(150);
        drilled("b", Outcome.PROVEN);
        wall = wall.minus(Duration.ofDays(60));
        for (int i = 0; i < 2; i++) {
            pass(Duration.ofSeconds(10));
            marked(150);
            runs.stream()
                    .filter(run -> run.what() instanceof Job.Drill)
                    .map(Run::layer)
                    .findFirst()
                    .ifPresent(layer -> drilled(layer, Outcome.PROVEN));
        }
        int before = marks;
        pass(Duration.ofDays(3));
        assertEquals(before, marks);
    }

    @Test
    void aClockThatWasSetForwardDoesNotKeepDrillsAwayForEver() {
        granted(List.of(record(Outcome.PROVEN, wall.plus(Duration.ofDays(300)))), List.of());
        assertEquals(1, marks);
        marked(150);
        take("a", Job.Drill.class);
    }
}
