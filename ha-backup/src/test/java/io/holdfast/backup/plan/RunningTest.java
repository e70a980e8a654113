package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.FailingRepository;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.backup.plan.Running.Stall;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A job that stands still, looked at in the midst of what it does. */
class RunningTest {
    private static final BackupId ID = new BackupId(Backlog.START, FencingToken.of(0, 1), 7);
    private static final Duration QUICK = Duration.ofSeconds(150);
    private static final Duration LONG = Duration.ofMinutes(5);

    private final CallWatch.Threads threads = new CallWatch.Threads();
    private final MemoryRepository objects = new MemoryRepository();
    private final List<String> calls = new ArrayList<>();
    private Runnable within = () -> {};
    private long nanos;

    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return nanos / 1_000_000;
        }
    };

    private static final class Here implements Worker {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void close() {
            // there is no thread
        }
    }

    private final JobLane lane = new JobLane(new Here(), threads);

    private BackupRepository layer(String name) {
        return new CallWatch(
                name,
                FailingRepository.hooked(objects, (call, object) -> {
                    calls.add(call);
                    within.run();
                }),
                threads);
    }

    private Running running(Lane in, Job what) {
        return new Running(new PlanEffect.Run(1, "a", in, what), new JobWatch(clock, 0), lane, nanos);
    }

    /** It is given up after that time and not before, and so told. */
    private void standsAfter(Running job, Duration limit, Fault fault, String reason) {
        nanos += limit.toNanos() - 1;
        assertEquals(Optional.empty(), job.stalled(nanos));
        nanos++;
        Stall stall = job.stalled(nanos).orElseThrow();
        assertEquals(fault, stall.fault());
        assertTrue(
                String.valueOf(stall.reason().getMessage()).contains(reason),
                stall.reason().getMessage());
    }

    @Test
    void aCallThatDoesNotReturnIsTheLayersFault() {
        Running part = running(Lane.QUICK, new Job.Archive("log", 3));
        within = () -> standsAfter(part, QUICK, Fault.LAYER, "the layer a hangs");
        lane.run(part.watch, () -> layer("a").list("backups/"));
        Running make = running(Lane.BULK, new Job.Make("files"));
        within = () -> standsAfter(make, LONG, Fault.LAYER, "the layer a hangs");
        lane.run(make.watch, () -> layer("a").delete("running/x"));
        assertEquals(List.of("list", "delete"), calls);
    }

    @Test
    void whatASourceTakesForAnObjectIsNotTheLayersFault() {
        Running make = running(Lane.BULK, new Job.Make("files"));
        lane.run(make.watch, () -> put(() -> standsAfter(make, Duration.ofHours(4), Fault.SOURCE, "its source")));
        assertEquals(List.of("put"), calls);
    }

    private void put(Runnable midst) {
        try {
            assertTrue(layer("a").putIfAbsent("data/x", out -> {
                midst.run();
                out.write("x".getBytes(StandardCharsets.UTF_8));
            }));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void aLayerThatIsCopiedFromIsBlamedForItself() {
        put(() -> {});
        calls.clear();
        Running copy = running(Lane.BULK, new Job.Copy(ID, "b"));
        within = () -> standsAfter(copy, LONG, Fault.FROM, "the layer b hangs");
        lane.run(copy.watch, () -> {
            try (InputStream in = layer("b").read("data/x", 0)) {
                assertEquals('x', in.read());
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
        assertEquals(List.of("read"), calls);
    }

    @Test
    void manyCallsEachOfWhichReturnsMayTakeAsLongAsTheyLike() {
        Running look = running(Lane.QUICK, new Job.Look());
        within = () -> {
            nanos += QUICK.toNanos() - 1;
            assertEquals(Optional.empty(), look.stalled(nanos));
        };
        lane.run(look.watch, () -> {
            for (int i = 0; i < 100; i++) {
                layer("a").list("backups/" + i);
            }
        });
        assertEquals(100, calls.size());
        assertEquals(Optional.empty(), look.stalled(nanos));
    }

    @Test
    void whatWaitsBehindAnotherThatHangsIsGivenUpToo() {
        Running hangs = running(Lane.BULK, new Job.Copy(ID, "b"));
        within = () -> {
            Running waits = running(Lane.BULK, new Job.Make("files"));
            standsAfter(waits, LONG, Fault.LAYER, "the layer a hangs");
            lane.giveUp(waits.watch);
            assertTrue(lane.isHanging());
            held(Lane.BULK, new Job.Make("files"), Fault.LAYER, "the layer b hangs");
        };
        lane.run(hangs.watch, () -> layer("b").list("backups/"));
        assertEquals(1, calls.size());
        assertTrue(!lane.isHanging(), "it has returned");
    }

    private void held(Lane in, Job what, Fault fault, String reason) {
        Stall held = Running.held(running(in, what).run, lane);
        assertEquals(fault, held.fault());
        assertTrue(
                String.valueOf(held.reason().getMessage()).contains(reason),
                held.reason().getMessage());
    }

    /** All else in its layer can go on, and nothing of that layer is to be looked at again for it. */
    @Test
    void aCheckThatIgnoresInterruptionIsNotTheLayersFault() {
        Job drill = new Job.SourceDrill("files", ID, Duration.ofHours(1));
        Running stands = running(Lane.DRILL, drill);
        lane.run(stands.watch, () -> {
            Running next = running(Lane.DRILL, drill); // under another grant, which has told this one to end
            standsAfter(next, LONG, Fault.PLACE, "an earlier drill");
            lane.giveUp(next.watch);
            held(Lane.DRILL, drill, Fault.PLACE, "an earlier drill");
        });
        within = () -> {
            lane.giveUp(stands.watch);
            held(Lane.DRILL, drill, Fault.LAYER, "the layer a hangs");
        };
        lane.run(stands.watch, () -> layer("a").list("backups/"));
        assertEquals(1, calls.size());
    }
}
