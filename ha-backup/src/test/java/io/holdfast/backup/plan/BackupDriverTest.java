package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.plan.BackupDriver.Placed;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import io.holdfast.backup.plan.PlanConfig.SourcePlan;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What becomes of who waits for a backup, and of sources that do not end. */
class BackupDriverTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(5);
    private final StormRepository layer = new StormRepository("layer", simulation.random("layer"));
    private final Pieces files = new Pieces();
    private final BackupDriver driver = new BackupDriver(
            new DriverSetup(
                    "shop",
                    "node-1",
                    new PlanConfig(
                            List.of(new LayerPlan("a", Retention.least().last(9), "disk", false)),
                            List.of(new SourcePlan(
                                    "files",
                                    BackupKind.PHYSICAL,
                                    Schedule.every(Duration.ofDays(30)),
                                    Optional.empty())),
                            Optional.empty(),
                            false,
                            Duration.ofHours(1)),
                    Map.of("a", layer.seenBy(new StormRepository.Life())),
                    BackupKeys.none(),
                    Map.of("files", files),
                    Optional.empty(),
                    () -> false,
                    0,
                    Duration.ofHours(1)),
            simulation.node("node-1").runtime(),
            new Deaf());

    private static final class Deaf implements DriverListener {
        @Override
        public void made(String in, Manifest manifest, long tookNanos) {}

        @Override
        public void copied(String in, Manifest manifest) {}

        @Override
        public void merged(String in, int parts, Manifest manifest) {}

        @Override
        public void deleted(String in, int count) {}

        @Override
        public void failed(String in, Job what, Job.Fault fault, String reason) {}

        @Override
        public void raised(Alert alert) {}

        @Override
        public void cleared(Alert alert) {}

        @Override
        public void standing(List<Alert> alerts) {}

        @Override
        public void handOver(String reason) {}
    }

    private void begin(long token) {
        driver.begin(FencingToken.of(0, token));
        simulation.runFor(MINUTE);
    }

    /** The first one, which is due at once, is made. */
    private void beginWithOne() {
        begin(1);
        assertEquals(1, files.asked.size());
        files.ready();
        simulation.runFor(MINUTE);
        assertEquals(1, driver.list("a").backups().size());
    }

    private static String failure(CompletableFuture<Placed> waiting) {
        assertTrue(waiting.isDone(), "it is waited for still");
        Throwable cause = assertThrows(ExecutionException.class, waiting::get).getCause();
        return String.valueOf(
                assertInstanceOf(NotAvailableException.class, cause).getMessage());
    }

    @Test
    void whoAsksWhileOneIsBeingMadeGetsOneThatBeginsLater() throws Exception {
        begin(1);
        CompletableFuture<Placed> asked = driver.makeNow("files");
        simulation.runFor(MINUTE);
        assertEquals(1, files.asked.size());
        files.ready();
        simulation.runFor(MINUTE);
        assertFalse(asked.isDone(), "that one began before");
        assertEquals(2, files.asked.size());
        files.ready();
        simulation.runFor(MINUTE);
        List<Manifest> backups = driver.list("a").backups();
        assertEquals(2, backups.size());
        assertEquals(backups.get(1), asked.get().manifest());
    }

    @Test
    void whoAsksAfterTheEndIsToldAtOnce() {
        begin(1);
        driver.close();
        assertTrue(failure(driver.makeNow("files")).contains("stopped"));
    }

    @Test
    void whoWaitsWhenTheRoleGoesIsTold() {
        begin(1);
        CompletableFuture<Placed> next = driver.makeNow("files");
        simulation.runFor(MINUTE);
        driver.end("the role moves");
        simulation.runFor(MINUTE);
        assertTrue(failure(next).contains("the role moves"));
    }

    @Test
    void whoseBackupIsUnderWayWhenTheRoleGoesIsToldToo() {
        beginWithOne();
        CompletableFuture<Placed> asked = driver.makeNow("files");
        simulation.runFor(MINUTE);
        assertEquals(2, files.asked.size());
        driver.end("the role moves");
        simulation.runFor(MINUTE);
        assertTrue(failure(asked).contains("the role moves"));
    }

    @Test
    void whileNoLayerTakesAnythingOneWaitsForAnHour() {
        layer.away(true);
        begin(1);
        CompletableFuture<Placed> asked = driver.makeNow("files");
        simulation.runFor(Duration.ofMinutes(59));
        assertFalse(asked.isDone());
        simulation.runFor(MINUTE.multipliedBy(2));
        assertTrue(failure(asked).contains("LAYER_FAILING"));
        layer.away(false);
        simulation.runFor(Duration.ofMinutes(10));
        assertEquals(1, files.asked.size(), "it is made all the same");
    }

    @Test
    void aBackupThatALayerRefusesIsMadeAgainForWhoWaits() throws Exception {
        beginWithOne();
        CompletableFuture<Placed> asked = driver.makeNow("files");
        simulation.runFor(MINUTE);
        layer.away(true);
        files.ready();
        simulation.runFor(MINUTE);
        layer.away(false);
        assertFalse(asked.isDone());
        simulation.runFor(Duration.ofMinutes(10));
        assertEquals(3, files.asked.size());
        files.ready();
        simulation.runFor(MINUTE);
        assertEquals(driver.list("a").backups().get(1), asked.get().manifest());
    }

    @Test
    void aSourceThatDoesNotGetReadyIsToldAndNotAskedAgainUntilItHasEnded() {
        beginWithOne();
        CompletableFuture<Placed> asked = driver.makeNow("files");
        simulation.runFor(Duration.ofMinutes(12));
        assertTrue(failure(asked).contains("ready in time"));
        CompletableFuture<Placed> again = driver.makeNow("files");
        simulation.runFor(MINUTE);
        assertTrue(failure(again).contains("has not ended"));
        assertEquals(2, files.asked.size(), "never two at once");
        files.ready();
        simulation.runFor(MINUTE);
        assertEquals(2, files.closed, "what came too late is let go of");
        CompletableFuture<Placed> last = driver.makeNow("files");
        simulation.runFor(MINUTE);
        assertEquals(3, files.asked.size());
        files.ready();
        simulation.runFor(MINUTE);
        assertTrue(last.isDone() && !last.isCompletedExceptionally());
    }

    @Test
    void underANewGrantASourceIsNotAskedBesideWhatTheOldOneBegan() {
        begin(1);
        assertEquals(1, files.asked.size());
        driver.end("the role moves");
        begin(2);
        assertEquals(1, files.asked.size(), "never two at once");
        files.ready();
        simulation.runFor(Duration.ofMinutes(3));
        assertEquals(2, files.asked.size());
    }
}
