package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.core.FencingToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandTargetTest extends ScalingTargetContract {
    /**
     * A fleet that is a directory: a file for each instance, and one for the highest token. Whoever is interrupted leaves the one before or
     * the new one.
     */
    private static final String FLEET = """
            cd "$FLEET" || exit 1
            refuse() { [ "$1" -ge "$(cat ../token)" ] || { echo "token $1 is too low" >&2; exit 78; }
              echo "$1" > ../token.$$; mv ../token.$$ ../token; }
            case $1 in
            list) for f in *; do [ -e "$f" ] && echo "$f running since today"; done; exit 0;;
            start) refuse "$2"; shift 2; for n; do : > "$n"; done;;
            stop) refuse "$2"; rm -f "$3";;
            esac
            """;

    @TempDir
    Path directory;

    private Path script;

    @BeforeEach
    void makeFleet() throws IOException {
        script = directory.resolve("fleet.sh");
        Files.createDirectory(directory.resolve("fleet"));
        Files.writeString(script, FLEET);
        Files.writeString(directory.resolve("token"), "0\n");
    }

    @Override
    protected CommandTarget open() {
        String sh = script.toString();
        return CommandTarget.list("sh", sh, "list")
                .start("sh", sh, "start", "{token}", "{nodes}")
                .stop("sh", sh, "stop", "{token}", "{node}")
                .environment("FLEET", directory.resolve("fleet").toString());
    }

    @Override
    protected CommandTarget openFailing() {
        return starting("echo there is no room; echo quota is reached >&2; exit 1");
    }

    private CommandTarget starting(String shell) {
        return CommandTarget.list("sh", script.toString(), "list")
                .start("sh", "-c", shell)
                .stop("false")
                .environment("FLEET", directory.resolve("fleet").toString());
    }

    private static CommandTarget listing(String shell) {
        return CommandTarget.list("sh", "-c", shell).start("false").stop("false");
    }

    private static StartOrder order() {
        return new StartOrder("a-1", new FencingToken(7), List.of("n-1", "n-2"), 5);
    }

    private ScalingTargetException failing(CommandTarget target) {
        return assertThrows(ScalingTargetException.class, () -> target.start(order()));
    }

    @Test
    void aStatusTellsWhetherItIsWorthwhileToTryAgain() {
        for (int status : new int[] {1, 2, 75, 77, 79}) {
            ScalingTargetException failed = failing(starting("echo said >&2; exit " + status));
            assertFalse(failed.isLasting(), failed.getMessage());
            assertTrue(failed.getMessage().endsWith("ended with status " + status + ": said"), failed.getMessage());
        }
        for (int status : new int[] {78, 126, 127}) {
            assertTrue(failing(starting("exit " + status)).isLasting(), "status " + status);
        }
        ScalingTargetException killed = failing(starting("kill -9 $$"));
        assertFalse(killed.isLasting());
        assertTrue(killed.getMessage().contains("as by signal 9"), killed.getMessage());
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        ScalingTargetException failed =
                failing(CommandTarget.list("true").start("/no/such/program").stop("true"));
        assertTrue(failed.isLasting());
        assertTrue(failed.getMessage().contains("/no/such/program"), failed.getMessage());
    }

    @Test
    void onlyTheLastWordsAreRepeated() {
        ScalingTargetException failed = failing(starting("seq 1 1000 >&2; printf 'a\\033[2Jb\\n' >&2; exit 1"));
        assertTrue(failed.getMessage().endsWith("998 | 999 | 1000 | a?[2Jb"), failed.getMessage());
        assertFalse(failed.getMessage().contains("| 900 |"), failed.getMessage());
    }

    @Test
    void whoNeverStopsTalkingIsKilled() {
        for (String out : List.of("", " >&2")) {
            ScalingTargetException failed =
                    failing(starting("while :; do echo and another thing, which matters to nobody" + out + "; done"));
            assertTrue(failed.getMessage().contains("wrote more than"), failed.getMessage());
        }
    }

    @Test
    void muchOutputIsReadWhole() throws Exception {
        List<Instance> many = listing("seq 1 20000 | sed s/^/n-/").instances();
        assertEquals(20000, many.size());
        assertEquals("n-20000", many.get(19999).node());
    }

    @Test
    void whatTakesTooLongIsKilledWithAllThatItHasStarted() throws Exception {
        Path pids = directory.resolve("pids");
        // The second is an orphan by then: its parent has ended.
        CommandTarget target = starting("(sleep 300 & echo $! >> " + pids + "); sleep 300 & echo $! >> " + pids
                        + "; echo $$ >> " + pids + "; echo waiting >&2; wait")
                .limit(Duration.ofSeconds(2));
        ScalingTargetException failed = failing(target);
        assertFalse(failed.isLasting());
        assertTrue(failed.getMessage().contains("took longer than PT2S, and was killed: waiting"), failed.getMessage());
        awaitDeath(pids, 3);
    }

    private void awaitDeath(Path pids, int count) throws Exception {
        List<String> lines = Files.readAllLines(pids);
        assertEquals(count, lines.size());
        await(open(), all -> lines.stream().noneMatch(pid -> LivingProcess.is(Long.parseLong(pid))));
    }

    @Test
    void anInterruptKillsIt() throws Exception {
        Path pids = directory.resolve("pids");
        CommandTarget target =
                starting("sleep 300 & echo $! > " + pids + ".new; mv " + pids + ".new " + pids + "; wait");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> call = thread.submit(() -> {
                assertThrows(InterruptedException.class, () -> target.start(order()));
            });
            await(open(), all -> Files.exists(pids));
            thread.shutdownNow();
            call.get(60, TimeUnit.SECONDS);
        } finally {
            thread.shutdownNow();
        }
        awaitDeath(pids, 1);
    }

    @Test
    void whatIsLeftBehindWithThePipeKeepsNobody() throws Exception {
        Path pid = directory.resolve("pid");
        List<Instance> one = listing("sleep 300 & echo $! > " + pid + "; echo n-1")
                .limit(Duration.ofMinutes(1))
                .instances();
        assertEquals(List.of(new Instance("n-1", State.RUNNING, "")), one);
        assertTrue(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .orElseThrow()
                .destroyForcibly());
    }

    @Test
    void statesAndDetailsAreListed() throws Exception {
        assertEquals(
                List.of(
                        new Instance("n-1", State.RUNNING, ""),
                        new Instance("n-2", State.STARTING, "since 10 s"),
                        new Instance("n.3_x", State.STOPPING, ""),
                        new Instance("n-4", State.FAILED, "no room")),
                listing(
                                "printf 'n-1\\n# a remark\\n\\n n-2 starting  since 10 s\\nn.3_x Stopping\\nn-4\\tFAILED\\tno room\\n'")
                        .instances());
        assertEquals(List.of(), listing(":").instances());
    }

    @Test
    void malformedLinesAreNamedAndNothingIsListed() {
        ScalingTargetException failed = assertThrows(
                ScalingTargetException.class, () -> listing("printf 'n-1\\nn-2 sleeping\\nn-3\\nn-1 failed\\nn/4\\n'")
                        .instances());
        assertTrue(failed.isLasting());
        for (String words : List.of(
                "line 2, \"n-2 sleeping\": sleeping is no state",
                "line 4, \"n-1 failed\": n-1 is listed twice",
                "line 5, \"n/4\": a name has")) {
            assertTrue(failed.getMessage().contains(words), failed.getMessage());
        }
        ScalingTargetException many =
                assertThrows(ScalingTargetException.class, () -> listing("seq -s ' ' -f ' %g!\n' 9")
                        .instances());
        assertTrue(many.getMessage().endsWith("; and in 4 more"), many.getMessage());
    }

    @Test
    void ordersAreInArgumentsAndInTheEnvironment() throws Exception {
        Path said = directory.resolve("said");
        String tell =
                "echo $0 \"$@\" $HOLDFAST_NODES $HOLDFAST_NODE $HOLDFAST_SIZE $HOLDFAST_ACTION $HOLDFAST_TOKEN >> "
                        + said;
        CommandTarget all = CommandTarget.list("true")
                .start("sh", "-c", tell, "{nodes}", "--all={nodes}", "{size}", "{action}", "{token}", "{\"json\":1}")
                .stop("sh", "-c", tell, "{node}", "{size}");
        all.start(order());
        all.stop(stopOrder("a-2", 8, "n-1", 4));
        CommandTarget each = CommandTarget.list("true")
                .start("sh", "-c", tell, "{node}", "of {nodes}")
                .stop("true");
        each.start(order());
        assertEquals(
                List.of(
                        "n-1 n-2 --all=n-1,n-2 5 a-1 7 {\"json\":1} n-1,n-2 5 a-1 7",
                        "n-1 4 n-1 n-1 4 a-2 8",
                        "n-1 of n-1 n-1 n-1 5 a-1 7",
                        "n-2 of n-2 n-2 n-2 5 a-1 7"),
                Files.readAllLines(said));
    }

    @Test
    void aTargetThatGivesNamesIsToldHowMany() throws Exception {
        Path said = directory.resolve("said");
        CommandTarget target = CommandTarget.list("true")
                .start("sh", "-c", "echo {size}$HOLDFAST_NODES > " + said)
                .stop("true")
                .givesNames();
        assertFalse(target.capabilities().takesNames());
        target.start(new StartOrder("a-1", new FencingToken(7), List.of(), 3));
        assertEquals("3\n", Files.readString(said));
        assertTrue(failing(target).isLasting());
    }

    @Test
    void onlyTheHighestIsStoppedWhereNoOtherCanBe() throws Exception {
        Path said = directory.resolve("said");
        CommandTarget target = CommandTarget.list("printf", "n-9\\nn-10\\nn-11 stopping\\n")
                .start("false")
                .stop("sh", "-c", "echo {node} >> " + said)
                .removes(Removal.HIGHEST_ORDINAL);
        ScalingTargetException refused =
                assertThrows(ScalingTargetException.class, () -> target.stop(stopOrder("a-1", 7, "n-9", 1)));
        assertTrue(refused.isLasting());
        assertTrue(refused.getMessage().contains("only the highest, n-10,"), refused.getMessage());
        target.stop(stopOrder("a-1", 7, "n-10", 1));
        target.stop(stopOrder("a-1", 7, "n-11", 1));
        target.stop(stopOrder("a-1", 7, "n-12", 1));
        assertEquals(List.of("n-10"), Files.readAllLines(said));
    }

    @Test
    void wrongSettingsAreRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, CommandTarget::list);
        assertThrows(IllegalArgumentException.class, () -> CommandTarget.list("fleet", "{node}"));
        IllegalArgumentException unknown = assertThrows(
                IllegalArgumentException.class, () -> CommandTarget.list("true").start("fleet", "{names}"));
        assertTrue(unknown.getMessage().contains("{names}"), unknown.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandTarget.list("true").start("true").stop("true", "{nodes}"));
        assertThrows(IllegalArgumentException.class, () -> open().limit(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> open().limit(Duration.ofHours(2)));
        assertThrows(IllegalArgumentException.class, () -> open().givesNames());
        assertThrows(IllegalArgumentException.class, () -> open().named(" "));
    }
}
