package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern PID = Pattern.compile("PID ([0-9]+)");

    private final Path directory;
    private final List<BrokenRun> runs = new ArrayList<>();

    ScaleDemoTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @AfterEach
    void noProcessIsLeft() {
        runs.forEach(BrokenRun::destroy);
        assertEquals(List.of(), ProcessHandle.current().children().toList(), "processes left behind");
        assertEquals(Set.of(), of(directory, Set.of()), "processes left behind");
        runs.forEach(run -> assertEquals(Set.of(), run.processes(), "processes left behind"));
    }

    /** The processes that were given something of that directory, or of which it is known otherwise. */
    private static Set<Long> of(Path data, Set<ProcessHandle> known) {
        Set<Long> found = new TreeSet<>();
        Stream.concat(known.stream(), ProcessHandle.allProcesses().filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(data.toString())))
                .filter(LifeLine::runs)
                .forEach(process -> found.add(process.pid()));
        return found;
    }

    /** One in another process, which is to be broken off. */
    private final class BrokenRun {
        private final Path data;
        /** Of which it has spoken. */
        private final Set<ProcessHandle> known = ConcurrentHashMap.newKeySet();

        private final Queue<String> said = new ConcurrentLinkedQueue<>();
        private final ChildJvm demo;

        BrokenRun(String name) throws IOException {
            data = directory.resolve(name);
            demo = ChildJvm.start(
                    name,
                    List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                    Demo.class,
                    List.of("--act", "6", "--most", "4", "--data", data.toString()),
                    directory.resolve(name + ".log"),
                    this::hear);
            runs.add(this);
        }

        private void hear(String line) {
            said.add(line);
            Matcher found = PID.matcher(line);
            if (found.find()) {
                ProcessHandle.of(Long.parseLong(found.group(1))).ifPresent(known::add);
            }
        }

        void awaitThatANodeWasStarted() {
            await("the cluster has started a node", () -> {
                assertTrue(demo.isAlive(), () -> "it has ended before: " + String.join("\n", said));
                return !begun().isEmpty();
            });
            begun().forEach(pid -> ProcessHandle.of(pid).ifPresent(known::add));
        }

        private List<Long> begun() {
            try {
                return ScaleTrail.in(data.resolve("act-6")).all().stream()
                        .map(ScaleTrail.Begun::pid)
                        .toList();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void end(String signal) throws IOException, InterruptedException {
            assertEquals(
                    0,
                    new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + demo.pid())
                            .start()
                            .waitFor());
            assertTrue(demo.awaitExit(PATIENCE));
        }

        /** Those that there are of it, its own among them. */
        Set<Long> processes() {
            return of(data, known);
        }

        void destroy() {
            demo.destroy();
        }
    }

    @Test
    void nodesComeAndGoWithTheLoadAlsoWhenMastersDie() {
        PlayedAct act = PlayedAct.play(directory.resolve("data"), "6", "--most", "4");
        act.assertPassed(PROMISES);
        String printed = act.printed();
        assertTrue(Pattern.compile("# node-[123], master of term [0-9]+, which has ordered node-")
                .matcher(printed)
                .find());
        assertTrue(Pattern.compile("# node-[123], master of term [0-9]+, which is taking node-4 away")
                .matcher(printed)
                .find());
        assertEquals(1, act.count(line -> line.matches("node-4( +[0-9.]+ s){4}")), printed);
    }

    /** Two at a time: most of it is waiting. */
    @Test
    void aRunThatIsBrokenOffTakesTheNodesWithItThatTheClusterStartedAndSoDoesOneThatIsKilled() throws Exception {
        BrokenRun stopped = new BrokenRun("stopped");
        BrokenRun killed = new BrokenRun("killed");

        stopped.awaitThatANodeWasStarted();
        stopped.end("TERM");
        assertEquals(Set.of(), stopped.processes(), "when it has ended, they have");
        assertFalse(Files.exists(stopped.data), "the data are removed");

        killed.awaitThatANodeWasStarted();
        killed.end("KILL");
        await("its nodes have noticed", () -> killed.processes().isEmpty());
    }

    private static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "in vain until " + what);
            LockSupport.parkNanos(20_000_000L);
        }
    }
}
