package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration's sixth act, with real processes, callers and kills; and what is left of it when it is broken off. */
@Timeout(300)
class ScaleDemoTest {
    private static final int PROMISES = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern PID = Pattern.compile("PID ([0-9]+)");

    private final Path directory;
    private final Path data;
    /** Of which a run in another process has spoken. */
    private final Set<ProcessHandle> known = ConcurrentHashMap.newKeySet();

    ScaleDemoTest(@TempDir Path directory) {
        this.directory = directory;
        this.data = directory.resolve("data");
    }

    @AfterEach
    void noProcessIsLeft() {
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
        assertEquals(Set.of(), ofTheRun(), "processes left behind");
    }

    /** The processes that were given something of the run's directory, or of which it is known otherwise. */
    private Set<Long> ofTheRun() {
        Set<Long> found = new TreeSet<>();
        Stream.concat(known.stream(), ProcessHandle.allProcesses().filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(data.toString())))
                .filter(LifeLine::runs)
                .forEach(process -> found.add(process.pid()));
        return found;
    }

    @Test
    void nodesComeAndGoWithTheLoadAlsoWhenMastersDie() {
        PlayedAct act = PlayedAct.play(data, "6");
        act.assertPassed(PROMISES);
        String printed = act.printed();
        assertTrue(Pattern.compile("# node-[123], master of term [0-9]+, which has ordered node-")
                .matcher(printed)
                .find());
        assertTrue(Pattern.compile("# node-[123], master of term [0-9]+, which is taking node-[456] away")
                .matcher(printed)
                .find());
        for (int node = 4; node <= 6; node++) {
            String row = "node-" + node + "( +[0-9.]+ s){4}";
            assertEquals(1, act.count(line -> line.matches(row)), row + " in " + printed);
        }
    }

    @Test
    void aRunThatIsBrokenOffTakesTheNodesWithItThatTheClusterStarted() throws Exception {
        ChildJvm demo = startedUntilANodeWasStarted();
        signal("TERM", demo);
        assertTrue(demo.awaitExit(PATIENCE));
        assertEquals(Set.of(), ofTheRun(), "when it has ended, they have");
        assertFalse(Files.exists(data), "the data are removed");
    }

    @Test
    void andSoDoesOneThatIsKilled() throws Exception {
        ChildJvm demo = startedUntilANodeWasStarted();
        signal("KILL", demo);
        assertTrue(demo.awaitExit(PATIENCE));
        await("its nodes have noticed", () -> ofTheRun().isEmpty());
    }

    private ChildJvm startedUntilANodeWasStarted() throws IOException {
        ChildJvm demo = ChildJvm.start(
                "demo",
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                Demo.class,
                List.of("--act", "6", "--data", data.toString()),
                directory.resolve("demo.log"),
                line -> {
                    Matcher found = PID.matcher(line);
                    if (found.find()) {
                        ProcessHandle.of(Long.parseLong(found.group(1))).ifPresent(known::add);
                    }
                });
        ScaleTrail trail = ScaleTrail.in(data.resolve("act-6"));
        await("the cluster has started a node", () -> {
            assertTrue(demo.isAlive(), "it has ended before");
            return !begun(trail).isEmpty();
        });
        begun(trail).forEach(pid -> ProcessHandle.of(pid).ifPresent(known::add));
        return demo;
    }

    private static List<Long> begun(ScaleTrail trail) {
        try {
            return trail.all().stream().map(ScaleTrail.Begun::pid).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void signal(String name, ChildJvm to) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("sh", "-c", "kill -s " + name + " " + to.pid())
                        .start()
                        .waitFor());
    }

    private static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "in vain until " + what);
            LockSupport.parkNanos(20_000_000L);
        }
    }
}
