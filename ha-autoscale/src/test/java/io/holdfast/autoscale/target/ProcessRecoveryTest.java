package io.holdfast.autoscale.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.FencingToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a decider that dies in the middle of an order leaves behind. */
@Timeout(120)
class ProcessRecoveryTest {
    private static final StartOrder ORDER = new StartOrder("a-1", new FencingToken(7), List.of("n-1"), 1);

    @TempDir
    Path root;

    private ProcessDirectory directory;

    @BeforeEach
    void makeDirectory() throws Exception {
        directory = new ProcessDirectory(root);
        directory.create();
    }

    @AfterEach
    void stop() throws Exception {
        target().stop(new StopOrder("z", new FencingToken(Long.MAX_VALUE), "n-1", 0));
        assertEquals(List.of(), target().instances());
        try (var left = Files.list(root.resolve(ProcessDirectory.PIDS))) {
            assertEquals(List.of(), left.toList());
        }
    }

    private ProcessSettings settings() {
        return new ProcessSettings(
                root,
                node -> List.of("sleep", "300"),
                node -> Map.of(),
                null,
                Duration.ofSeconds(10),
                root.resolve("logs"),
                10);
    }

    private ProcessTarget target() {
        return new ProcessTarget(settings());
    }

    private Launcher launcher() {
        return new Launcher(settings(), directory, new LogFiles(root.resolve("logs"), 10));
    }

    private static StartRecord record(String mark, String boot) {
        return new StartRecord("n-1", "a-1", 7, mark, boot, LogFiles.name("n-1", mark), null, false);
    }

    private static StartRecord record(String mark) {
        return record(mark, ProcessIdentity.boot());
    }

    private Instance one() throws Exception {
        List<Instance> all = target().instances();
        assertEquals(1, all.size(), all.toString());
        return all.get(0);
    }

    private static long pid(Instance instance) {
        return Long.parseLong(instance.detail().replaceAll("^process (\\d+).*", "$1"));
    }

    @Test
    void deadBeforeTheProcessWasMade() throws Exception {
        directory.write(new ProcessDirectory.Orders(7, 1));
        directory.ask(record("1"));
        assertEquals(State.STARTING, one().state());
        target().start(ORDER);
        assertEquals(State.RUNNING, one().state());
        assertTrue(directory.asked().isEmpty());
    }

    @Test
    void deadBeforeTheProcessWasMadeAndTheOrderIsTakenBack() throws Exception {
        directory.write(new ProcessDirectory.Orders(7, 1));
        directory.ask(record("1"));
        target().stop(new StopOrder("a-2", new FencingToken(7), "n-1", 0));
        assertEquals(List.of(), target().instances());
    }

    @Test
    void deadWhenTheProcessHadBegun() throws Exception {
        directory.write(new ProcessDirectory.Orders(7, 1));
        Process process = launcher().launch(record("1"));
        Instance before = one();
        assertEquals(State.RUNNING, before.state());
        assertEquals(process.pid(), pid(before));
        target().start(ORDER);
        assertEquals(before, one());
        StartRecord known = directory.running("n-1").orElseThrow().record();
        assertEquals(process.pid(), known.known().orElseThrow().pid());
        assertTrue(known.known().orElseThrow().isAlive());
    }

    @Test
    void deadBeforeTheProcessHadBegunWhichIsSlow() throws Exception {
        StartRecord slow = record("1");
        Path ran = root.resolve("ran");
        directory.ask(slow);
        List<String> line = launcher().line(slow, List.of("touch", ran.toString()));
        target().start(ORDER);
        Instance other = one();
        Process process = new ProcessBuilder(line).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(126, process.exitValue());
        assertFalse(Files.exists(ran));
        assertEquals(other, one());
    }

    @Test
    void anotherProcessWithTheSameIdIsNotTheNode() throws Exception {
        long pid = ProcessHandle.current().pid();
        ProcessIdentity me = ProcessIdentity.now(pid).orElseThrow();
        assertTrue(me.isAlive());
        directory.write(record("1").withProcess(new ProcessIdentity(pid, me.born() + "1")));
        assertEquals(State.FAILED, one().state());
        target().stop(new StopOrder("a-2", new FencingToken(7), "n-1", 0));
        assertEquals(List.of(), target().instances());
    }

    @Test
    void aNodeOfTheMachineBeforeItsRestartHasFailed() throws Exception {
        StartRecord before = record("1", "another-boot");
        directory.ask(before);
        Files.move(directory.askedFile(before), directory.runningFile("n-1"));
        long pid = ProcessHandle.current().pid();
        Files.writeString(directory.pidFile(before), pid + "\n" + Files.readString(Path.of("/proc/self/stat")));
        Instance failed = one();
        assertEquals(State.FAILED, failed.state());
        assertTrue(failed.detail().contains("machine was started anew"), failed.detail());
    }

    @Test
    void aProcessThatIsNotKnownKeepsItsNodeFromBeingStarted() throws Exception {
        StartRecord begun = record("1");
        directory.ask(begun);
        Files.move(directory.askedFile(begun), directory.runningFile("n-1"));
        for (String content : List.of("", "12", "x\ny\n", "0\n\n")) {
            Files.writeString(directory.pidFile(begun), content);
            assertEquals(State.FAILED, one().state());
            ScalingTargetException refused = assertThrows(ScalingTargetException.class, () -> target().start(ORDER));
            assertTrue(refused.isLasting());
            assertTrue(refused.getMessage().contains(directory.pidFile(begun).toString()), refused.getMessage());
        }
        directory.forget(begun);
    }

    @Test
    void whatIsKnownOfOrdersIsNotGuessedWhenItIsDamaged() throws Exception {
        target().start(ORDER);
        byte[] good = Files.readAllBytes(root.resolve("orders"));
        for (String damaged :
                List.of("", "holdfast-orders-1\n7\n", "holdfast-orders-1\n7\nx\n", "holdfast-orders-2\n7\n1\n")) {
            Files.writeString(root.resolve("orders"), damaged);
            ScalingTargetException refused = assertThrows(ScalingTargetException.class, () -> target().start(ORDER));
            assertTrue(refused.isLasting());
            assertTrue(refused.getMessage().contains("orders is damaged"), refused.getMessage());
        }
        Files.write(root.resolve("orders"), good);
        assertEquals(State.RUNNING, one().state());
    }

    @Test
    void aMarkOfADeadProcessKeepsNobodyOut() throws Exception {
        Files.createFile(root.resolve("lock.999999999.gone"));
        target().start(ORDER);
        assertFalse(Files.exists(root.resolve("lock.999999999.gone")));
    }

    @Test
    void whoHoldsTheLockIsWaitedForUpToABound() throws Exception {
        DirectoryGuard held = directory.guard(Duration.ofSeconds(1));
        ScalingTargetException failed =
                assertThrows(ScalingTargetException.class, () -> directory.guard(Duration.ofMillis(50)));
        assertFalse(failed.isLasting());
        assertTrue(failed.getMessage().contains("another process has held"), failed.getMessage());
        held.close();
        held.close();
        directory.guard(Duration.ofSeconds(10)).close();
    }
}
