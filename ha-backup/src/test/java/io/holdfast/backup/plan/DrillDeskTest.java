package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.StateMark;
import io.holdfast.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What becomes of who asks for a drill by hand. */
class DrillDeskTest {
    private final Simulation simulation = new Simulation(3);
    private final NodeRuntime runtime = simulation.node("node-1").runtime();
    private final List<PlanInput> inputs = new ArrayList<>();
    private final CompletableFuture<StateMark> mark = new CompletableFuture<>();
    private final DrillDesk desk = new DrillDesk(
            Optional.of(new DrillSetup(
                    new DrillWork(
                            "shop",
                            "node-1",
                            new DrillPlace(Storage.files(), Path.of("nowhere")),
                            path -> new NumberTrial(),
                            Map.of(),
                            runtime.clock()),
                    limit -> mark)),
            runtime.newWorker("plan"),
            runtime.clock(),
            inputs::add);

    private CompletableFuture<DrillInfo> want(String layer, boolean holds) {
        CompletableFuture<DrillInfo> wanted = desk.want("state", layer, () -> holds);
        simulation.runFor(Duration.ofSeconds(1));
        return wanted;
    }

    private void begins(long job, String layer, Job what) {
        desk.begins(new PlanEffect.Run(job, layer, Lane.DRILL, what));
    }

    private static Job.StateDrill drill() {
        return new Job.StateDrill("log1", 7, Optional.empty(), Duration.ofHours(1));
    }

    private static DrillInfo info() {
        return new DrillInfo(
                "a",
                Outcome.PROVEN,
                "node-1",
                "state",
                "",
                "log1",
                7,
                Optional.empty(),
                Instant.EPOCH,
                Duration.ZERO,
                "");
    }

    private static String refused(CompletableFuture<DrillInfo> wanted) {
        assertTrue(wanted.isDone());
        Throwable cause = assertThrows(ExecutionException.class, wanted::get).getCause();
        return String.valueOf(
                assertInstanceOf(NotAvailableException.class, cause).getMessage());
    }

    @Test
    void whoAsksForALayerOrForAnyIsAnsweredByTheNextOneThatBeginsThere() throws Exception {
        CompletableFuture<DrillInfo> any = want("", true);
        CompletableFuture<DrillInfo> ofA = want("a", true);
        CompletableFuture<DrillInfo> ofB = want("b", true);
        assertEquals(
                List.of(
                        new PlanInput.DrillNow("state", ""),
                        new PlanInput.DrillNow("state", "a"),
                        new PlanInput.DrillNow("state", "b")),
                inputs);
        begins(1, "a", new Job.SourceDrill("files", new Backlog().id(Instant.EPOCH), Duration.ofHours(1)));
        desk.done(1, info());
        assertFalse(any.isDone(), "that was of another source");
        begins(2, "a", drill());
        CompletableFuture<DrillInfo> late = want("a", true);
        DrillInfo info = info();
        desk.done(2, info);
        assertSame(info, any.get());
        assertSame(info, ofA.get());
        assertFalse(ofB.isDone() || late.isDone());
        begins(3, "b", drill());
        desk.failed(3, new NotAvailableException("no room"));
        assertEquals("no room", refused(ofB));
    }

    @Test
    void whoeverIsNotServedIsTold() {
        assertTrue(refused(want("a", false)).contains("does not do the backups"));
        CompletableFuture<DrillInfo> waits = want("a", true);
        CompletableFuture<DrillInfo> runs = want("b", true);
        begins(1, "b", drill());
        simulation.runFor(Duration.ofMinutes(61));
        desk.giveUpWaiting();
        assertTrue(refused(waits).contains("within an hour"));
        assertFalse(runs.isDone(), "that may take hours");
        desk.end("the role moves");
        assertTrue(refused(runs).contains("the role moves"));
        desk.close();
        assertTrue(refused(desk.want("state", "a", () -> true)).contains("stopped"));
    }

    @Test
    void theStateIsMarkedForThePlanner() {
        desk.mark();
        StateMark found = new StateMark("log1", 7, 0, Map.of());
        mark.complete(found);
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of(new PlanInput.Marked(Optional.of(found))), inputs);
    }

    @Test
    void thatItCouldNotBeIsToldAsWell() {
        desk.mark();
        mark.completeExceptionally(new NotAvailableException("not now"));
        simulation.runFor(Duration.ofSeconds(1));
        assertEquals(List.of(new PlanInput.Marked(Optional.empty())), inputs);
    }
}
