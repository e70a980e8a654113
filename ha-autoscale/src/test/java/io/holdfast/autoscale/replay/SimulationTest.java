package io.holdfast.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.TargetTracking;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Path GOLDEN = Path.of("src", "test", "scenarios", "flash-crowd.txt");
    private static final ServiceSettings SERVICE = ServiceSettings.usual();

    private static Scaler holdfast() {
        return new HoldfastScaler(List.of(TargetTracking.cpu(0.6)), 2, 60, ScalingLimits.usual(), 5);
    }

    private static Trace constant(int seconds, double rate) {
        double[] rates = new double[seconds];
        double[] told = new double[seconds];
        Arrays.fill(rates, rate);
        Arrays.fill(told, 1);
        return new Trace("constant", rates, told);
    }

    /** Always so many, told as it goes. */
    private static final class Fixed implements Scaler {
        private final int nodes;
        private final List<LoadSnapshot> seen = new ArrayList<>();
        private final List<Duration> starts = new ArrayList<>();

        Fixed(int nodes) {
            this.nodes = nodes;
        }

        @Override
        public int everySeconds() {
            return 10;
        }

        @Override
        public Size decide(LoadSnapshot snapshot) {
            seen.add(snapshot);
            return new Size(nodes, "fixed");
        }

        @Override
        public void started(Duration took) {
            starts.add(took);
        }
    }

    /** {@code -Dscenarios.rewrite=true} writes it anew; read the difference. */
    @Test
    void aFlashCrowdGoesAsItIsWritten() throws IOException {
        Trace trace = SyntheticTraces.of("flash-crowd", 7, SERVICE.perNode());
        Run run = Simulation.run(SERVICE, trace, holdfast(), 3, 7);
        String text = new RunReport(run).toString();
        if (Boolean.getBoolean("scenarios.rewrite")) {
            Files.writeString(GOLDEN, text);
        }
        assertEquals(Files.readString(GOLDEN), text);
    }

    @Test
    void theSameArgumentsGiveTheSameRun() {
        for (String name : List.of("missing", "noise")) {
            Run first = Simulation.run(SERVICE, SyntheticTraces.of(name, 3, 80), holdfast(), 8, 3);
            assertEquals(first, Simulation.run(SERVICE, SyntheticTraces.of(name, 3, 80), holdfast(), 8, 3));
        }
    }

    @Test
    void enoughNodesAreNeverLateAndTooFewAlways() {
        assertEquals(
                0,
                Simulation.run(SERVICE, constant(600, 240), new Fixed(6), 6, 1)
                        .scores()
                        .lateSeconds());
        Scores few =
                Simulation.run(SERVICE, constant(600, 240), new Fixed(2), 2, 1).scores();
        assertTrue(few.lateSeconds() > 590, few.toString());
        assertEquals(50, few.under(), 1e-9, "two of four");
        assertEquals(100, few.underTime(), 1e-9);
        assertEquals(0, few.over(), 1e-9);
        assertEquals(2 * 600 / 3600.0, few.nodeHours(), 1e-9);
        assertEquals(0, few.actions());
    }

    @Test
    void newNodesServeAfterTheirStartUpAndAreWarmLater() {
        Fixed four = new Fixed(4);
        Simulation.run(SERVICE, constant(120, 80), four, 2, 1);
        // Ordered at 10 s: serving 60 s later, and warm 20 s after that.
        assertEquals(List.of(Duration.ofSeconds(80), Duration.ofSeconds(80)), four.starts);
        assertEquals(2, four.seen.get(7).ready());
        assertEquals(2, four.seen.get(7).warming());
        assertEquals(4, four.seen.get(9).ready());
        assertEquals(0.25, four.seen.get(11).metric("cpu").mean(), 0.02, "80 of 320");
        assertEquals(0.5, four.seen.get(0).metric("cpu").mean(), 0.05);
        assertEquals(8, four.seen.get(11).metric("in.flight").sum(), 1.5, "80 a second for a tenth of one");
    }

    @Test
    void whatWaitsIsBoundedByPatience() {
        Fixed two = new Fixed(2);
        Simulation.run(SERVICE, constant(300, 400), two, 2, 1);
        LoadSnapshot last = two.seen.get(two.seen.size() - 1);
        assertEquals(1, last.metric("cpu").mean(), 1e-9);
        assertTrue(last.metric(Simulation.LATENCY).max() < 5 + 10, "five seconds, and what a full node adds");
        assertTrue(last.metric("in.flight").sum() > 5 * 160, "five seconds' work waits");
    }

    @Test
    void thereAreTracesOfEveryName() {
        for (String name : SyntheticTraces.NAMES) {
            Trace trace = SyntheticTraces.of(name, 1, 80);
            assertEquals(name, trace.name());
            Trace other = SyntheticTraces.of(name, 2, 80);
            assertTrue(trace.rate(500) != other.rate(500), name + " by another seed");
        }
        Trace missing = SyntheticTraces.of("missing", 1, 80);
        long untold = IntStream.range(0, missing.seconds())
                .filter(t -> missing.told(t) < 1)
                .count();
        assertTrue(untold > missing.seconds() / 10 && untold < missing.seconds() / 2, "for " + untold + " s");
        IllegalArgumentException none =
                assertThrows(IllegalArgumentException.class, () -> SyntheticTraces.of("calm", 1, 80));
        assertTrue(String.valueOf(none.getMessage()).contains("sawtooth"), none.getMessage());
    }

    @Test
    void aPictureIsWellFormed() throws Exception {
        Run run = Simulation.run(SERVICE, constant(600, 400), holdfast(), 3, 1);
        String svg = new RunPlot(List.of(run, run), List.of("a < b", "late & later")).svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertTrue(svg.contains("#cb181d"), "it was over the objective");
    }
}
