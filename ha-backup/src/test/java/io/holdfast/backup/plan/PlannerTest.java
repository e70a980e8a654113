package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.backup.plan.Job.Result;
import io.holdfast.backup.plan.PlanConfig.ArchivePlan;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.backup.plan.PlanEffect.Run;
import io.holdfast.core.FencingToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final Backlog backlog = new Backlog();
    private final List<Run> runs = new ArrayList<>();
    private final List<PlanEffect> others = new ArrayList<>();
    private long nanos = Duration.ofDays(1_000).toNanos();
    private Instant wall = Backlog.day(10);
    private Planner planner = planner(false, Retention.least(), "a", "b");

    private static Planner planner(boolean preferSlave, Retention retention, String... layers) {
        List<LayerPlan> plans = new ArrayList<>();
        for (String layer : layers) {
            plans.add(new LayerPlan(layer, retention, "disk of " + layer, layer.equals("b")));
        }
        return new Planner(
                new PlanConfig(
                        plans,
                        List.of(
                                new SourcePlan("state", BackupKind.PHYSICAL, Schedule.every(DAY), Optional.empty()),
                                new SourcePlan("files", BackupKind.PHYSICAL, Schedule.every(DAY), Optional.empty())),
                        Optional.of(new ArchivePlan("state", Duration.ofSeconds(30), MergePlan.NEVER)),
                        preferSlave,
                        Duration.ofHours(1)),
                new SplittableRandom(1));
    }

    private void step(PlanInput input) {
        for (PlanEffect effect : planner.step(new Moment(nanos, wall.toEpochMilli()), input)) {
            if (effect instanceof Run run) {
                runs.add(run);
            } else {
                others.add(effect);
            }
        }
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        wall = wall.plus(time);
        step(new PlanInput.Tick());
    }

    private void grant() {
        step(new PlanInput.Granted(FencingToken.of(0, 1)));
    }

    /** The one job of that kind in that layer that has begun and is not done; it is taken from the list. */
    private Run take(String layer, Class<? extends Job> what) {
        List<Run> found = runs.stream()
                .filter(run -> run.layer().equals(layer) && what.isInstance(run.what()))
                .toList();
        assertEquals(1, found.size(), what.getSimpleName() + " in " + layer + " of " + runs);
        runs.remove(found.get(0));
        return found.get(0);
    }

    private void done(Run run, Result result) {
        step(new PlanInput.Done(run.job(), result));
    }

    private void failed(Run run, Fault fault) {
        step(new PlanInput.Failed(run.job(), fault, "it is broken"));
    }

    private void claimed(String layer, Entry... entries) {
        done(take(layer, Job.Claim.class), new Result.Seen(List.of(entries), List.of()));
    }

    private Entry now(String source) {
        return backlog.of(source, wall);
    }

    private List<Alert.Kind> standing() {
        return planner.standing().stream().map(Alert::kind).toList();
    }

    @Test
    void nothingIsMadeBeforeAllLayersWereLookedAt() {
        grant();
        claimed("a");
        assertEquals(1, runs.size(), "b has not answered: " + runs);
        claimed("b");
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what());
        assertEquals(List.of(), runs);
    }

    @Test
    void aLayerThatHangsWhileItIsClaimedKeepsNobodyFromBackups() {
        grant();
        claimed("a");
        take("b", Job.Claim.class);
        pass(Duration.ofSeconds(59));
        assertEquals(List.of(), runs);
        pass(Duration.ofSeconds(1));
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what());
    }

    @Test
    void oneIsMadeAfterTheOtherAndCopiedMeanwhile() {
        grant();
        claimed("a");
        claimed("b");
        Entry state = backlog.base("log", 10, wall);
        done(take("a", Job.Make.class), new Result.Made(state, false));
        Run files = take("a", Job.Make.class);
        assertEquals(new Job.Make("files"), files.what());
        Run copy = take("b", Job.Copy.class);
        assertEquals(new Job.Copy(state.id(), "a"), copy.what());
        assertEquals(Lane.BULK, copy.lane());
        done(copy, new Result.Made(state, false));
        assertEquals(List.of(), runs);
        done(files, new Result.Made(now("files"), false));
        assertEquals(1, runs.size(), "copied, and not made again: " + runs);
    }

    @Test
    void whatIsInAnyLayerIsNotDueAgain() {
        grant();
        Entry state = now("state");
        Entry files = now("files");
        claimed("a", state);
        claimed("b", files);
        assertEquals(new Job.Copy(files.id(), "b"), take("a", Job.Copy.class).what());
        assertEquals(new Job.Copy(state.id(), "a"), take("b", Job.Copy.class).what());
        assertEquals(List.of(), runs);
    }

    @Test
    void whatWasMissedIsMadeUpForOnce() {
        grant();
        Entry state = backlog.of("state", wall.minus(Duration.ofDays(6)));
        Entry files = now("files");
        claimed("a", state, files);
        claimed("b", state, files);
        Run make = take("a", Job.Make.class);
        assertEquals(new Job.Make("state"), make.what());
        done(make, new Result.Made(now("state"), false));
        take("b", Job.Copy.class);
        pass(DAY.minusMinutes(1));
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Make), runs.toString());
        pass(Duration.ofMinutes(1));
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what());
    }

    @Test
    void aBackupFromTheFutureDoesNotPutTheNextOneOff() {
        grant();
        Entry future = backlog.of("state", wall.plus(Duration.ofDays(3_000)));
        claimed("a", future, now("files"));
        claimed("b", future, now("files"));
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what());
    }

    @Test
    void whenALayerFailsTheNextOneGetsTheBackup() {
        grant();
        claimed("a");
        claimed("b");
        failed(take("a", Job.Make.class), Fault.LAYER);
        Run again = take("b", Job.Make.class);
        assertEquals(new Job.Make("state"), again.what());
        assertEquals(List.of(Alert.Kind.LAYER_FAILING), standing());
        assertEquals(List.of(), runs, "no look before the pause is over");
        Entry state = now("state");
        done(again, new Result.Made(state, false));
        take("b", Job.Make.class);
        pass(Duration.ofSeconds(10));
        done(take("a", Job.Look.class), new Result.Seen(List.of(), List.of()));
        assertEquals(new Job.Copy(state.id(), "b"), take("a", Job.Copy.class).what(), "what it missed it gets");
    }

    /** A disk that is full can be listed all the time: each attempt is later all the same. */
    @Test
    void aLayerThatCanBeReadAndNotWrittenIsTriedLessAndLess() {
        planner = planner(false, Retention.least(), "a");
        grant();
        claimed("a");
        int attempts = 0;
        for (int second = 0; second < 3_600; second++) {
            pass(Duration.ofSeconds(1));
            for (Run run : List.copyOf(runs)) {
                runs.remove(run);
                if (run.what() instanceof Job.Make) {
                    attempts++;
                    failed(run, Fault.LAYER);
                } else if (run.what() instanceof Job.Collect) {
                    failed(run, Fault.LAYER);
                } else {
                    done(run, new Result.Seen(List.of(), List.of()));
                }
            }
        }
        assertTrue(attempts >= 10 && attempts <= 25, attempts + " attempts in an hour");
    }

    @Test
    void aLayerThatCanBeWrittenAgainIsNoLongerFailing() {
        planner = planner(false, Retention.least(), "a");
        grant();
        claimed("a", now("state"), now("files"));
        pass(Duration.ofMinutes(1));
        failed(take("a", Job.Collect.class), Fault.LAYER);
        assertEquals(List.of(Alert.Kind.LAYER_FAILING), standing());
        pass(Duration.ofSeconds(10));
        done(take("a", Job.Look.class), new Result.Seen(List.of(now("state"), now("files")), List.of()));
        assertEquals(List.of(Alert.Kind.LAYER_FAILING), standing(), "that it can be read says little");
        done(take("a", Job.Collect.class), new Result.Collected(0));
        assertEquals(List.of(), standing());
    }

    @Test
    void aSourceThatFailsIsTriedLessAndLessAndDoesNotKeepOthersBack() {
        grant();
        claimed("a");
        claimed("b");
        int attempts = 0;
        int made = 0;
        for (int second = 0; second < 3_600; second++) {
            pass(Duration.ofSeconds(1));
            for (Run run : List.copyOf(runs)) {
                runs.remove(run);
                if (run.what() instanceof Job.Make make && make.source().equals("state")) {
                    attempts++;
                    failed(run, Fault.SOURCE);
                    assertTrue(standing().contains(Alert.Kind.SOURCE_FAILING));
                } else if (run.what() instanceof Job.Make) {
                    made++;
                    done(run, new Result.Made(now("files"), false));
                }
            }
        }
        assertTrue(attempts >= 5 && attempts <= 10, attempts + " attempts in an hour");
        assertEquals(1, made);
        assertFalse(standing().contains(Alert.Kind.LAYER_FAILING));
    }

    @Test
    void theLogIsArchivedBesideALongBackup() {
        grant();
        Entry base = backlog.base("log", 10, wall);
        claimed("a", base);
        claimed("b", base);
        take("a", Job.Make.class);
        step(new PlanInput.Log(Optional.of("log")));
        Run part = take("a", Job.Archive.class);
        assertEquals(new Job.Archive("log", 10), part.what());
        assertEquals(Lane.QUICK, part.lane());
        Entry first = backlog.part("log", 11, 15, wall);
        done(part, new Result.Made(first, true));
        assertEquals(new Job.Copy(first.id(), "a"), take("b", Job.Copy.class).what());
        Run next = take("a", Job.Archive.class);
        assertEquals(new Job.Archive("log", 15), next.what(), "there was more");
        done(next, new Result.NothingNew());
        assertEquals(List.of(), runs);
        pass(Duration.ofSeconds(30));
        assertEquals(new Job.Archive("log", 15), take("a", Job.Archive.class).what());
    }

    @Test
    void thePartAfterABackupFollowsTheLastPart() {
        planner = planner(false, Retention.least().recoveryWindow(DAY), "a", "b");
        grant();
        Entry files = now("files");
        Entry base = backlog.base("log", 10, wall.minusSeconds(100));
        Entry part = backlog.part("log", 11, 15, wall.minusSeconds(90));
        Entry later = backlog.base("log", 18, wall.minusSeconds(80));
        claimed("a", files, base, part, later);
        claimed("b", files, base, part, later);
        step(new PlanInput.Log(Optional.of("log")));
        Run next = take("a", Job.Archive.class);
        assertEquals(new Job.Archive("log", 15), next.what());
        failed(next, Fault.GAP);
        pass(Duration.ofSeconds(30));
        next = take("a", Job.Archive.class);
        assertEquals(new Job.Archive("log", 18), next.what(), "what is between is lost, and the backup is there");
        failed(next, Fault.GAP);
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what(), "only that helps now");
        assertTrue(standing().contains(Alert.Kind.ARCHIVE_FAILING));
    }

    @Test
    void aLogThatCannotBeReadNowIsAskedAgainAfterAPause() {
        grant();
        Entry files = now("files");
        Entry base = backlog.base("log", 10, wall);
        claimed("a", files, base);
        claimed("b", files, base);
        step(new PlanInput.Log(Optional.of("log")));
        int attempts = 0;
        int last = 0;
        for (int second = 0; second < 3_600; second++) {
            pass(Duration.ofSeconds(1));
            for (Run run : List.copyOf(runs)) {
                runs.remove(run);
                if (run.what() instanceof Job.Archive) {
                    assertTrue(second - last <= 310, "the log is not kept for so long: " + (second - last) + " s");
                    last = second;
                    attempts++;
                    failed(run, Fault.SOURCE);
                } else if (run.what() instanceof Job.Collect) {
                    done(run, new Result.Collected(0));
                }
                assertFalse(run.what() instanceof Job.Make, "the log is there, only not to be read");
            }
        }
        assertTrue(attempts >= 12 && attempts <= 25, attempts + " attempts in an hour");
    }

    @Test
    void anotherLogNeedsABackupAtOnce() {
        grant();
        Entry files = now("files");
        Entry base = backlog.base("log", 10, wall);
        claimed("a", files, base);
        claimed("b", files, base);
        step(new PlanInput.Log(Optional.of("restored")));
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what());
    }

    @Test
    void whatThePolicyLetsGoIsDeletedInEachLayer() {
        grant();
        Entry old = backlog.of("state", wall.minus(Duration.ofDays(3)));
        Entry state = now("state");
        Entry files = now("files");
        claimed("a", old, state, files);
        assertEquals(
                new Job.Delete(List.of(old.id())), take("a", Job.Delete.class).what());
        claimed("b", old, files);
        assertEquals(
                new Job.Copy(state.id(), "a"),
                take("b", Job.Copy.class).what(),
                "its own last good one does not go before it has a better one");
        assertEquals(List.of(), runs);
    }

    @Test
    void whatIsBeingCopiedIsNotDeletedMeanwhile() {
        planner = planner(false, Retention.least().last(2), "a", "b");
        grant();
        Entry one = backlog.of("state", wall.minus(Duration.ofHours(3)));
        Entry two = backlog.of("state", wall.minus(Duration.ofHours(2)));
        Entry files = now("files");
        claimed("a", one, two, files);
        claimed("b", two, files);
        Run copy = take("b", Job.Copy.class);
        assertEquals(new Job.Copy(one.id(), "a"), copy.what());
        step(new PlanInput.MakeNow("state"));
        done(take("a", Job.Make.class), new Result.Made(now("state"), false));
        assertEquals(List.of(), runs);
        done(copy, new Result.Made(one, false));
        assertEquals(
                new Job.Delete(List.of(one.id())), take("a", Job.Delete.class).what());
    }

    @Test
    void afterTheClockWasSetNothingIsDeletedUntilSomebodyVouchesForIt() {
        grant();
        Entry old = backlog.of("state", wall.minus(Duration.ofDays(3)));
        Entry files = now("files");
        claimed("a", old, files);
        claimed("b", old, files);
        Run make = take("a", Job.Make.class);
        wall = wall.plus(Duration.ofDays(400));
        done(make, new Result.Made(now("state"), false));
        assertTrue(standing().contains(Alert.Kind.CLOCK_SET));
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Delete), runs.toString());
        step(new PlanInput.PruneNow());
        assertEquals(
                new Job.Delete(List.of(old.id())), take("a", Job.Delete.class).what());
        assertFalse(standing().contains(Alert.Kind.CLOCK_SET));
    }

    @Test
    void theMasterHandsTheRoleOverAndWorksWhereNobodyTakesIt() {
        planner = planner(true, Retention.least(), "a");
        step(new PlanInput.Mastership(true));
        grant();
        assertEquals(List.of(), runs);
        assertEquals(
                1, others.stream().filter(PlanEffect.HandOver.class::isInstance).count());
        step(new PlanInput.NotHandedOver("nobody else stands"));
        take("a", Job.Claim.class);
        step(new PlanInput.Ended("it was given up"));
        grant();
        take("a", Job.Claim.class);
        pass(Duration.ofMinutes(9));
        assertEquals(
                1, others.stream().filter(PlanEffect.HandOver.class::isInstance).count(), "not again at once");
        pass(Duration.ofMinutes(1));
        assertEquals(
                2, others.stream().filter(PlanEffect.HandOver.class::isInstance).count());
    }

    @Test
    void anEndedGrantLeavesNothing() {
        grant();
        claimed("a");
        claimed("b");
        Run make = take("a", Job.Make.class);
        step(new PlanInput.Ended("another one has it"));
        done(make, new Result.Made(now("state"), false));
        pass(Duration.ofDays(2));
        assertEquals(List.of(), runs);
        assertEquals(List.of(), planner.standing());
        grant();
        assertEquals(2, runs.size(), "both layers are claimed anew");
    }

    @Test
    void aLayerThatSomebodyElseHasIsLeftAlone() {
        grant();
        claimed("a");
        claimed("b");
        failed(take("a", Job.Make.class), Fault.DEPOSED);
        assertEquals(new Job.Make("state"), take("b", Job.Make.class).what());
        pass(Duration.ofHours(5));
        assertTrue(runs.stream().noneMatch(run -> run.layer().equals("a")), runs.toString());
        assertTrue(standing().contains(Alert.Kind.LAYER_TAKEN));
    }

    @Test
    void aDamagedCopyIsNoCopy() {
        grant();
        Entry state = now("state");
        Entry files = now("files");
        claimed("a", state, files);
        claimed("b", files);
        failed(take("b", Job.Copy.class), Fault.DAMAGED);
        assertTrue(standing().contains(Alert.Kind.LAYER_DAMAGED));
        assertEquals(new Job.Make("state"), take("a", Job.Make.class).what(), "there is no good one left");
    }

    @Test
    void theRuleAndWhatIsBehindAreToldWhenCopyingHadItsTime() {
        grant();
        Entry state = now("state");
        Entry files = now("files");
        claimed("a", state, files);
        claimed("b", files);
        take("b", Job.Copy.class);
        assertEquals(List.of(), standing());
        pass(Duration.ofHours(1));
        assertTrue(standing().contains(Alert.Kind.LAYER_BEHIND), standing().toString());
        assertTrue(standing().contains(Alert.Kind.RULE_UNMET), standing().toString());
        assertFalse(standing().contains(Alert.Kind.BACKUP_OLD));
    }

    @Test
    void anOldBackupIsTold() {
        grant();
        Entry state = now("state");
        Entry files = now("files");
        claimed("a", state, files);
        claimed("b", state, files);
        pass(DAY);
        take("a", Job.Make.class);
        pass(DAY.minusSeconds(1));
        assertFalse(standing().contains(Alert.Kind.BACKUP_OLD));
        pass(Duration.ofSeconds(2));
        assertTrue(standing().contains(Alert.Kind.BACKUP_OLD));
    }

    @Test
    void theRule() {
        LayerPlan disk = new LayerPlan("disk", Retention.least(), "disk", false);
        LayerPlan away = new LayerPlan("away", Retention.least(), "store", true);
        assertTrue(ThreeTwoOne.of(List.of(disk, away)).isMet());
        assertFalse(ThreeTwoOne.of(List.of(disk)).isMet());
        assertFalse(ThreeTwoOne.of(List.of(disk, disk)).isMet());
        LayerPlan sameMedium = new LayerPlan("other", Retention.least(), "disk", true);
        assertFalse(ThreeTwoOne.of(List.of(disk, sameMedium)).isMet(), "one reason may take both");
        assertFalse(ThreeTwoOne.of(List.of(away)).isMet());
    }

    @Test
    void whoWantsOneWhileOneIsBeingMadeGetsTheNext() {
        planner = planner(false, Retention.least(), "a");
        grant();
        claimed("a", now("files"));
        Run before = take("a", Job.Make.class);
        step(new PlanInput.MakeNow("state"));
        done(before, new Result.Made(now("state"), false));
        Run after = take("a", Job.Make.class);
        assertEquals(new Job.Make("state"), after.what(), "that one began before it was wanted");
        failed(after, Fault.LAYER);
        step(new PlanInput.MakeNow("state"));
        pass(Duration.ofSeconds(10));
        done(take("a", Job.Look.class), new Result.Seen(List.of(now("state"), now("files")), List.of()));
        done(take("a", Job.Make.class), new Result.Made(now("state"), false));
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Make), "it served both: " + runs);
    }

    @Test
    void whatWasMadeWhileALayerWasLookedAtIsThere() {
        planner = planner(false, Retention.least(), "a");
        grant();
        Entry state = now("state");
        claimed("a", state, backlog.of("files", wall.minus(DAY).plus(Duration.ofMinutes(30))));
        pass(Duration.ofMinutes(30));
        Run make = take("a", Job.Make.class);
        done(take("a", Job.Collect.class), new Result.Collected(0));
        pass(Duration.ofMinutes(30));
        Run look = take("a", Job.Look.class);
        Entry files = now("files");
        done(make, new Result.Made(files, false));
        done(look, new Result.Seen(List.of(state), List.of()));
        assertTrue(planner.layers().get(0).has(files.id()), "it came after that list was read");
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Make), runs.toString());
        pass(Duration.ofHours(2));
        done(take("a", Job.Look.class), new Result.Seen(List.of(state), List.of()));
        assertFalse(planner.layers().get(0).has(files.id()), "a list that was read since then is to be believed");
    }

    @Test
    void theOneThatIsOverdueForLongestIsMadeFirst() {
        planner = planner(false, Retention.least(), "a");
        grant();
        claimed(
                "a",
                backlog.of("state", wall.minus(Duration.ofHours(26))),
                backlog.of("files", wall.minus(Duration.ofHours(25))));
        Run state = take("a", Job.Make.class);
        assertEquals(new Job.Make("state"), state.what());
        // By its end it is due again, as it has taken longer than its interval; the other one is due for longer.
        pass(DAY.plusHours(1));
        done(state, new Result.Made(backlog.of("state", wall.minus(DAY).minus(Duration.ofHours(1))), false));
        assertEquals(new Job.Make("files"), take("a", Job.Make.class).what());
    }

    @Test
    void whatSomebodyWaitsForGoesBeforeWhatIsOverdue() {
        planner = planner(false, Retention.least(), "a");
        grant();
        claimed("a", backlog.of("state", wall.minus(Duration.ofDays(9))), now("files"));
        Run state = take("a", Job.Make.class);
        step(new PlanInput.MakeNow("files"));
        done(state, new Result.Made(backlog.of("state", wall.minus(Duration.ofDays(8))), false));
        assertEquals(new Job.Make("files"), take("a", Job.Make.class).what());
    }

    /** As the driver tells of one in which a call does not return, see {@link RunningTest}. */
    @Test
    void aLayerThatHangsInABackupAndInTheArchiveLeavesBothToTheNextOne() {
        grant();
        Entry base = backlog.base("log", 10, wall);
        claimed("a", base);
        claimed("b", base);
        step(new PlanInput.Log(Optional.of("log")));
        Run make = take("a", Job.Make.class);
        Run part = take("a", Job.Archive.class);
        pass(Duration.ofSeconds(150));
        done(take("b", Job.Collect.class), new Result.Collected(0));
        failed(part, Fault.LAYER);
        assertEquals(new Job.Archive("log", 10), take("b", Job.Archive.class).what(), "beside a backup that hangs");
        assertEquals(List.of(Alert.Kind.LAYER_FAILING), standing());
        pass(Duration.ofSeconds(150));
        failed(make, Fault.LAYER);
        assertEquals(new Job.Make("files"), take("b", Job.Make.class).what());
    }

    @Test
    void whatALayerWithALongerPolicyLacksIsNotDeletedInAnother() {
        planner = new Planner(
                new PlanConfig(
                        List.of(
                                new LayerPlan("a", Retention.least(), "disk", false),
                                new LayerPlan("b", Retention.least().last(2), "tape", true)),
                        List.of(new SourcePlan("state", BackupKind.PHYSICAL, Schedule.every(DAY), Optional.empty())),
                        Optional.empty(),
                        false,
                        Duration.ofHours(1)),
                new SplittableRandom(1));
        grant();
        Entry old = backlog.of("state", wall.minus(Duration.ofHours(3)));
        Entry last = now("state");
        claimed("b");
        claimed("a", old, last);
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Delete), runs.toString());
        done(take("b", Job.Copy.class), new Result.Made(last, false));
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Delete), runs.toString());
        Run copy = take("b", Job.Copy.class);
        assertEquals(new Job.Copy(old.id(), "a"), copy.what());
        done(copy, new Result.Made(old, false));
        assertEquals(
                new Job.Delete(List.of(old.id())), take("a", Job.Delete.class).what(), "it is where it is wanted");
    }

    @Test
    void whereThereIsAlwaysSomethingToDeletePartsOfTheLogAreCopiedInBetween() {
        planner = planner(false, Retention.least(), "a", "b");
        grant();
        Entry base = backlog.base("log", 200, wall);
        Entry next = backlog.part("log", 201, 210, wall.plusSeconds(1));
        Entry files = now("files");
        List<Entry> old = new ArrayList<>(List.of(base, files));
        for (int i = 1; i <= 120; i++) {
            old.add(backlog.part("log", i, i, wall.minus(Duration.ofDays(2)).plusSeconds(i)));
        }
        claimed("a", base, files, next);
        claimed("b", old.toArray(Entry[]::new));
        Run first = take("b", Job.Delete.class);
        done(first, new Result.Deleted(((Job.Delete) first.what()).ids()));
        Run copy = take("b", Job.Copy.class);
        assertEquals(
                new Job.Copy(next.id(), "a"), copy.what(), "there are 70 to be deleted, and it does not wait for them");
        done(copy, new Result.Made(next, false));
        take("b", Job.Delete.class);
    }

    @Test
    void jitterIsDrawnOnceForEachTurn() {
        SourceState source = new SourceState(new SourcePlan(
                "state", BackupKind.PHYSICAL, Schedule.every(DAY).jitter(Duration.ofHours(2)), Optional.empty()));
        SplittableRandom random = new SplittableRandom(7);
        Entry last = now("state");
        Instant due = source.look(List.of(last), wall, random).orElseThrow();
        assertTrue(!due.isBefore(wall.plus(DAY)) && !due.isAfter(wall.plus(DAY).plus(Duration.ofHours(2))), "" + due);
        assertEquals(Optional.empty(), source.look(List.of(last), wall.plusSeconds(5), random));
        assertFalse(source.isDue(new Moment(0, due.toEpochMilli() - 1)));
        assertTrue(source.isDue(new Moment(0, due.toEpochMilli())));
        BackupId other = backlog.id(wall.plusSeconds(60));
        Entry next = new Entry(other, "state", BackupKind.PHYSICAL, wall, Optional.empty(), List.of(), 1, true);
        assertTrue(
                source.look(List.of(last, next), wall.plusSeconds(61), random).isPresent());
    }

    private Planner merging(String... layers) {
        List<LayerPlan> plans = new ArrayList<>();
        for (String layer : layers) {
            plans.add(new LayerPlan(layer, Retention.least().recoveryWindow(Duration.ofDays(7)), layer, false));
        }
        return new Planner(
                new PlanConfig(
                        plans,
                        List.of(new SourcePlan("state", BackupKind.PHYSICAL, Schedule.every(DAY), Optional.empty())),
                        Optional.of(new ArchivePlan("state", Duration.ofSeconds(30), new MergePlan(4, 1_000))),
                        false,
                        Duration.ofHours(1)),
                new SplittableRandom(1));
    }

    private Entry[] logOf(int parts) {
        List<Entry> all = new ArrayList<>();
        all.add(backlog.base("log", 10, wall.minusSeconds(100)));
        for (int i = 1; i <= parts; i++) {
            all.add(backlog.part("log", 10 + i, 10 + i, wall.minusSeconds(100 - i)));
        }
        return all.toArray(Entry[]::new);
    }

    /** In one layer; the other one copies it, and both delete what is in it, which nobody does before it is there. */
    @Test
    void partsArePutTogetherInOneLayerAndThenGo() {
        planner = merging("a", "b");
        Entry[] there = logOf(4);
        List<BackupId> parts = Stream.of(there).skip(1).map(Entry::id).toList();
        grant();
        claimed("a", there);
        claimed("b", there);
        Run merge = take("a", Job.Merge.class);
        assertEquals(new Job.Merge(parts), merge.what());
        assertEquals(Lane.BULK, merge.lane());
        assertEquals(List.of(), runs, "b waits for what comes of it");
        Entry merged = backlog.part("log", 11, 14, wall);
        done(merge, new Result.Made(merged, false));
        assertEquals(new Job.Copy(merged.id(), "a"), take("b", Job.Copy.class).what());
        List<Entry> all = new ArrayList<>(List.of(there));
        all.add(merged);
        look("a", Duration.ofHours(5).plusMinutes(59), all);
        assertTrue(isNoneRunning(Job.Delete.class), "who restores may be reading them, since before");
        look("a", Duration.ofHours(1), all);
        Run delete = take("a", Job.Delete.class);
        assertEquals(Set.copyOf(parts), Set.copyOf(((Job.Delete) delete.what()).ids()));
        assertTrue(isNoneRunning(Job.Delete.class), "b has nothing yet that holds what they do");
        assertTrue(isNoneRunning(Job.Merge.class), "nothing is put together twice");
    }

    private boolean isNoneRunning(Class<? extends Job> what) {
        return runs.stream().noneMatch(run -> what.isInstance(run.what()));
    }

    /** After that time, and once what else wants that lane has had it. */
    private void look(String layer, Duration after, List<Entry> there) {
        pass(after);
        while (!runs.stream()
                .allMatch(run ->
                        run.lane() != Lane.QUICK || !run.layer().equals(layer) || run.what() instanceof Job.Delete)) {
            for (Run run : List.copyOf(runs)) {
                if (run.layer().equals(layer) && run.lane() == Lane.QUICK && !(run.what() instanceof Job.Delete)) {
                    runs.remove(run);
                    boolean seen = run.what() instanceof Job.Look;
                    boolean log = run.what() instanceof Job.Archive;
                    done(
                            run,
                            seen
                                    ? new Result.Seen(there, List.of())
                                    : log ? new Result.NothingNew() : new Result.Collected(0));
                }
            }
        }
    }

    @Test
    void theDamagedOneIsToldAndTheOthersArePutTogetherWithoutIt() {
        planner = merging("a");
        Entry[] there = logOf(9);
        grant();
        claimed("a", there);
        Run merge = take("a", Job.Merge.class);
        assertEquals(9, ((Job.Merge) merge.what()).ids().size());
        step(new PlanInput.Failed(merge.job(), Fault.DAMAGED, "it was changed", Optional.of(there[5].id())));
        assertTrue(standing().contains(Alert.Kind.LAYER_DAMAGED), standing().toString());
        assertTrue(isNoneRunning(Job.Merge.class), "not at once");
        pass(Duration.ofMinutes(2));
        assertEquals(
                Stream.of(there).skip(1).limit(4).map(Entry::id).toList(),
                ((Job.Merge) take("a", Job.Merge.class).what()).ids());
    }

    /** Which may have been once only, and what counts as damaged is deleted. */
    @Test
    void oneThatCannotBeReadIsTriedThreeTimesAndThenToldAndLeftOut() {
        planner = merging("a");
        Entry[] there = logOf(9);
        grant();
        claimed("a", there);
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertFalse(
                    standing().contains(Alert.Kind.LAYER_DAMAGED), standing().toString());
            Run merge = take("a", Job.Merge.class);
            assertEquals(9, ((Job.Merge) merge.what()).ids().size());
            step(new PlanInput.Failed(merge.job(), Fault.FROM, "its disk is sick", Optional.of(there[5].id())));
            assertTrue(isNoneRunning(Job.Merge.class), "not at once");
            pass(Duration.ofMinutes(6));
        }
        assertTrue(standing().contains(Alert.Kind.LAYER_DAMAGED), standing().toString());
        assertEquals(4, ((Job.Merge) take("a", Job.Merge.class).what()).ids().size());
        assertTrue(planner.layers().get(0).hasGood(there[5].id()), "it counts, as far as anybody knows");
    }

    /** Also where all else in the layer succeeds meanwhile. */
    @Test
    void afterAFailureOfTheLayerPartsArePutTogetherLessAndLess() {
        planner = merging("a");
        Entry[] there = logOf(4);
        grant();
        claimed("a", there);
        int merges = 0;
        for (int minute = 0; minute < 120; minute++) {
            for (Run run : List.copyOf(runs)) {
                if (run.what() instanceof Job.Merge) {
                    runs.remove(run);
                    failed(run, Fault.LAYER);
                    merges++;
                }
            }
            look("a", Duration.ofMinutes(1), List.of(there));
        }
        assertTrue(merges >= 2 && merges <= 9, merges + " in two hours");
    }

    @Test
    void whatCannotBePutTogetherIsLeftAlone() {
        planner = merging("a");
        grant();
        claimed("a", logOf(4));
        failed(take("a", Job.Merge.class), Fault.DAMAGED);
        pass(Duration.ofHours(2));
        assertTrue(runs.stream().noneMatch(run -> run.what() instanceof Job.Merge), runs.toString());
    }
}
