package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Instance.State;
import io.holdfast.core.FencingToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmProcessesTest extends ScalingTargetContract {
    private static final long HIGHEST = Long.MAX_VALUE;

    @TempDir
    Path directory;

    /** Long enough for every test, and short enough to leave nothing for ever. */
    private JvmProcesses sleeping() {
        return JvmProcesses.inDirectory(directory.resolve("processes"))
                .command(node -> List.of("sleep", "300"))
                .grace(Duration.ofSeconds(20));
    }

    private JvmProcesses shell(String script) {
        return sleeping().command(node -> List.of("sh", "-c", script));
    }

    @Override
    protected ScalingTarget open() {
        return sleeping();
    }

    @Override
    protected ScalingTarget openFailing() {
        return sleeping().command(node -> List.of("/no/such/program"));
    }

    @AfterEach
    void stopAll() throws Exception {
        Files.deleteIfExists(directory.resolve("processes/running/damaged.json"));
        ScalingTarget last = sleeping().grace(Duration.ZERO);
        for (Instance instance : last.instances()) {
            last.stop(stopOrder("z", HIGHEST, instance.node(), 0));
        }
        assertEquals(List.of(), last.instances());
        assertEquals(List.of(), processesWith(directory.toString()));
    }

    private static List<String> processesWith(String words) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(words))
                .toList();
    }

    private static long pid(Instance instance) {
        return Long.parseLong(instance.detail().replaceAll("^process (\\d+).*", "$1"));
    }

    private Instance awaitFailed(ScalingTarget target) throws Exception {
        return await(target, all -> all.size() == 1 && all.get(0).state() == State.FAILED)
                .get(0);
    }

    private Path awaitLines(Path file, int lines) throws Exception {
        await(sleeping(), all -> {
            try {
                return Files.exists(file) && Files.readAllLines(file).size() >= lines;
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
        });
        return file;
    }

    @Test
    void nodesLiveOnWhenTheirStarterIsKilledAndAreNotStartedTwice() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process starter = new ProcessBuilder(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcessStarter.class.getName(),
                        directory.resolve("processes").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(starter.getInputStream(), StandardCharsets.UTF_8))) {
            assertTrue(said.lines().anyMatch("started"::equals), "it ended before");
        } finally {
            starter.destroyForcibly(); // SIGKILL
        }
        assertTrue(starter.waitFor(60, TimeUnit.SECONDS));
        assertEquals(128 + 9, starter.exitValue());

        JvmProcesses other = ProcessStarter.target(directory.resolve("processes"));
        List<Instance> two = awaitRunning(other, 2);
        List<Long> pids = two.stream().map(JvmProcessesTest::pid).toList();
        for (long pid : pids) {
            assertTrue(LivingProcess.is(pid));
            ProcessHandle parent = ProcessHandle.of(pid).orElseThrow().parent().orElseThrow();
            assertNotEquals(starter.pid(), parent.pid());
        }
        for (Instance one : two) {
            Path log = Path.of(one.detail().replaceAll(".* log ", ""));
            awaitLines(log, 1);
            assertEquals(
                    "serving as " + one.node() + " with [" + one.node() + "]",
                    Files.readAllLines(log).get(0));
        }
        other.start(ProcessStarter.ORDER);
        assertEquals(two, other.instances());
        assertEquals(2, processesWith(IdleNode.class.getName()).size());

        other.stop(stopOrder("a-2", 7, "shop-1", 1));
        assertFalse(LivingProcess.is(pids.get(0)));
        assertTrue(LivingProcess.is(pids.get(1)));
        other.stop(stopOrder("a-3", 7, "shop-2", 0));
        assertFalse(LivingProcess.is(pids.get(1)));
        assertEquals(List.of(), other.instances());
        assertEquals(List.of(), processesWith(IdleNode.class.getName()));
    }

    @Test
    void ofManyThatStartTheSameNodeOneDoes() throws Exception {
        int deciders = 4;
        CyclicBarrier together = new CyclicBarrier(deciders);
        ExecutorService threads = Executors.newFixedThreadPool(deciders);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < deciders; i++) {
                String action = "a-" + i;
                calls.add(threads.submit(() -> {
                    JvmProcesses target = sleeping();
                    together.await();
                    target.start(new StartOrder(action, new FencingToken(7), List.of("n-1"), 1));
                    return null;
                }));
            }
            for (Future<?> call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        awaitRunning(sleeping(), 1);
        try (Stream<Path> logs = Files.list(directory.resolve("processes/logs"))) {
            assertEquals(1, logs.count());
        }
    }

    @Test
    void whatEndsByItselfHasFailedAndIsTriedAgainByAnotherOrderOnly() throws Exception {
        Path coffee = directory.resolve("coffee");
        JvmProcesses target = shell("test -e " + coffee + " && exec sleep 300; echo first; echo no coffee; exit 3");
        target.start(startOrder(target, "a-1", 7, 1, 1));
        Instance failed = awaitFailed(target);
        assertEquals("n-1", failed.node());
        assertTrue(failed.detail().contains("with status 3"), failed.detail());
        assertTrue(failed.detail().endsWith("first | no coffee"), failed.detail());
        Instance seenByOthers = sleeping().instances().get(0);
        assertEquals(State.FAILED, seenByOthers.state());
        assertTrue(seenByOthers.detail().contains("not known"), seenByOthers.detail());

        Files.createFile(coffee);
        target.start(startOrder(target, "a-1", 7, 1, 1));
        assertEquals(failed, target.instances().get(0), "started again by the order that it has failed of");
        target.start(startOrder(target, "a-2", 7, 1, 1));
        assertNotEquals(pid(failed), pid(awaitRunning(target, 1).get(0)));
    }

    @Test
    void whatHasFailedIsForgottenWhenItIsStopped() throws Exception {
        JvmProcesses target = shell("exit 1");
        target.start(startOrder(target, "a-1", 7, 1, 1));
        awaitFailed(target);
        target.stop(stopOrder("a-2", 7, "n-1", 0));
        assertEquals(List.of(), target.instances());
    }

    @Test
    void oneThatIsDeafIsKilledWithItsChildren() throws Exception {
        Path children = directory.resolve("children");
        JvmProcesses target = shell("trap '' TERM; sleep 300 & echo $! >> " + children + "; wait; sleep 300")
                .grace(Duration.ofMillis(50));
        target.start(startOrder(target, "a-1", 7, 1, 1));
        long pid = pid(awaitRunning(target, 1).get(0));
        long child = Long.parseLong(Files.readAllLines(awaitLines(children, 1)).get(0));
        assertTrue(LivingProcess.is(child));
        sleeping().grace(Duration.ofMillis(50)).stop(stopOrder("a-2", 7, "n-1", 0));
        assertFalse(LivingProcess.is(pid));
        await(target, all -> !LivingProcess.is(child));
        assertEquals(List.of(), target.instances());
    }

    @Test
    void aNodeIsAskedBeforeItIsKilled() throws Exception {
        Path farewell = directory.resolve("farewell");
        Path ready = directory.resolve("ready");
        JvmProcesses target = shell(
                "trap 'echo bye > " + farewell + "; exit 0' TERM; echo > " + ready + "; while :; do sleep 0.1; done");
        target.start(startOrder(target, "a-1", 7, 1, 1));
        awaitLines(ready, 1);
        target.stop(stopOrder("a-2", 7, "n-1", 0));
        assertEquals(List.of("bye"), Files.readAllLines(farewell));
    }

    @Test
    void aStopThatIsInterruptedGoesOnByAnotherNode() throws Exception {
        Path ready = directory.resolve("ready");
        JvmProcesses target = shell("trap '' TERM; echo > " + ready + "; while :; do sleep 0.1; done")
                .grace(Duration.ofMinutes(10));
        target.start(startOrder(target, "a-1", 7, 1, 1));
        long pid = pid(awaitRunning(target, 1).get(0));
        awaitLines(ready, 1);
        StopOrder order = stopOrder("a-2", 7, "n-1", 0);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<?> call = threads.submit(() -> {
                assertThrows(InterruptedException.class, () -> target.stop(order));
            });
            await(target, all -> all.get(0).state() == State.STOPPING);
            ScalingTargetException tooEarly = assertThrows(
                    ScalingTargetException.class, () -> sleeping().start(startOrder(target, "a-3", 7, 1, 1)));
            assertFalse(tooEarly.isLasting(), tooEarly.getMessage());
            assertTrue(tooEarly.getMessage().contains("told to stop"), tooEarly.getMessage());
            threads.shutdownNow();
            call.get(60, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
        assertEquals(State.STOPPING, target.instances().get(0).state());
        assertTrue(LivingProcess.is(pid));
        sleeping().grace(Duration.ZERO).stop(order);
        assertFalse(LivingProcess.is(pid));
    }

    @Test
    void aDamagedFileIsNamedAndHidesNoOther() throws Exception {
        JvmProcesses target = sleeping();
        target.start(startOrder(target, "a-1", 7, 1, 1));
        awaitRunning(target, 1);
        Path file = directory.resolve("processes/running/damaged.json");
        Files.writeString(file, "{\"format\":\"holdfast-process-1\",\"no");
        List<Instance> both = target.instances();
        assertEquals(
                List.of("damaged", "n-1"), both.stream().map(Instance::node).toList());
        assertEquals(State.FAILED, both.get(0).state());
        assertTrue(both.get(0).detail().contains(file.toString()), both.get(0).detail());
        assertEquals(State.RUNNING, both.get(1).state());
        StartOrder again = new StartOrder("a-2", new FencingToken(7), List.of("damaged"), 2);
        for (ScalingTargetException refused : List.of(
                assertThrows(ScalingTargetException.class, () -> target.start(again)),
                assertThrows(ScalingTargetException.class, () -> target.stop(stopOrder("a-3", 7, "damaged", 1))))) {
            assertTrue(refused.isLasting());
            assertTrue(refused.getMessage().contains("remove " + file), refused.getMessage());
        }
        assertEquals(both, target.instances());
    }

    @Test
    void ofSeveralNodesAllAreTriedAndEachFailureIsTold() throws Exception {
        JvmProcesses target =
                sleeping().command(node -> List.of(node.equals("n-2") ? "sleep" : "/no/such/" + node, "300"));
        ScalingTargetException failed =
                assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-1", 7, 3, 3)));
        assertTrue(failed.isLasting());
        for (String words : List.of("node n-1 ", "/no/such/n-1: there is no such program", "node n-3 ")) {
            assertTrue(failed.getMessage().contains(words), failed.getMessage());
        }
        assertEquals("n-2", awaitRunning(target, 1).get(0).node());
        sleeping().start(startOrder(target, "a-1", 7, 3, 3));
        awaitRunning(target, 3);
    }

    @Test
    void whatAUsersFunctionThrowsIsTold() {
        for (JvmProcesses wrong : List.of(
                sleeping().command(node -> {
                    throw new IllegalStateException("no port left");
                }),
                sleeping().command(node -> List.of()),
                sleeping().environment(node -> Map.of("A=B", "c")),
                JvmProcesses.inDirectory(directory.resolve("processes")))) {
            ScalingTargetException failed =
                    assertThrows(ScalingTargetException.class, () -> wrong.start(startOrder(wrong, "a-1", 7, 1, 1)));
            assertTrue(failed.isLasting());
            assertTrue(failed.getMessage().startsWith("node n-1 cannot be started"), failed.getMessage());
        }
    }

    @Test
    void namesThatLeadElsewhereAreRefused() {
        for (String name : List.of("..", "../n", "", "a b", "n".repeat(65))) {
            StartOrder start = new StartOrder("a-1", new FencingToken(7), List.of(name), 1);
            assertTrue(
                    assertThrows(ScalingTargetException.class, () -> sleeping().start(start))
                            .isLasting());
            assertTrue(
                    assertThrows(ScalingTargetException.class, () -> sleeping().stop(stopOrder("a-1", 7, name, 1)))
                            .isLasting());
        }
    }

    @Test
    void aNodeHasItsNameItsVariablesAndItsPlace() throws Exception {
        JvmProcesses target = shell("echo $HOLDFAST_NODE_ID $ZONE; pwd; exec sleep 300")
                .environment(node -> Map.of("ZONE", "zone of " + node))
                .workingDirectory(node -> directory.resolve("work").resolve(node))
                .logs(directory.resolve("output"), 3);
        target.start(startOrder(target, "a-1", 7, 1, 1));
        awaitRunning(target, 1);
        Path log = directory.resolve("output/n-1.1.log");
        assertEquals(
                List.of(
                        "n-1 zone of n-1",
                        directory.resolve("work/n-1").toRealPath().toString()),
                Files.readAllLines(awaitLines(log, 2)));
    }

    @Test
    void logsOfEarlierProcessesAreKeptUpToABound() throws Exception {
        JvmProcesses target = shell("exit 0").logs(directory.resolve("logs"), 2);
        JvmProcesses living = sleeping().logs(directory.resolve("logs"), 2);
        living.start(new StartOrder("a-0", new FencingToken(7), List.of("old"), 1));
        for (int i = 1; i <= 5; i++) {
            target.start(startOrder(target, "a-" + i, 7, 1, 1));
            await(target, all -> all.stream().anyMatch(one -> one.state() == State.FAILED));
        }
        try (Stream<Path> logs = Files.list(directory.resolve("logs"))) {
            assertEquals(
                    List.of("n-1.4.log", "n-1.5.log", "n-1.6.log", "old.1.log"),
                    logs.map(log -> log.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void wrongSettingsAreRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> sleeping().grace(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> sleeping().grace(Duration.ofHours(2)));
        assertThrows(IllegalArgumentException.class, () -> sleeping().logs(directory, -1));
        assertThrows(IllegalArgumentException.class, () -> sleeping().java(" ", ""));
    }
}
