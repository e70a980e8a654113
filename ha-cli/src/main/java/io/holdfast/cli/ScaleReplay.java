package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.autoscale.replay.HoldfastScaler;
import io.holdfast.autoscale.replay.Row;
import io.holdfast.autoscale.replay.Run;
import io.holdfast.autoscale.replay.RunPlot;
import io.holdfast.autoscale.replay.RunReport;
import io.holdfast.autoscale.replay.ServiceSettings;
import io.holdfast.autoscale.replay.Simulation;
import io.holdfast.autoscale.replay.SyntheticTraces;
import io.holdfast.autoscale.replay.Trace;
import io.holdfast.autoscale.replay.TraceFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What would have been decided. */
@Command(
        name = "replay",
        description = {
            "Runs a load through policies and limits and a model of a service, and prints what would have been done, why, and how it would have gone. Nothing is asked of any"
                    + " cluster.",
            "The load is a file (\"time,requests a second\" in lines, or decisions as `ha scale explain --json` and the audit print them), or one that is"
                    + " made up: diurnal, flash-crowd, sawtooth, ramp, noise, missing."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "7:the file cannot be read, or is no trace", "64:the command was not understood"})
final class ScaleReplay implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TRACE", description = "a file, or the name of a trace that is made up")
    private String trace = "";

    @Option(names = "--seed", paramLabel = "N", description = "of chance; ${DEFAULT-VALUE} by default")
    private long seed = 1;

    @Option(
            names = "--target",
            paramLabel = "LOAD=VALUE",
            description =
                    "what a load is to be on each node: cpu, in.flight, requests, latency.p95; may be given several times. cpu=0.6 by default")
    private Map<String, Double> targets = new LinkedHashMap<>();

    @Option(names = "--least", paramLabel = "N", description = "nodes at least; ${DEFAULT-VALUE} by default")
    private int least = 3;

    @Option(names = "--most", paramLabel = "N", description = "nodes at most; ${DEFAULT-VALUE} by default")
    private int most = 100;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            description = "how often it is decided; ${DEFAULT-VALUE} by default")
    private int every = 5;

    @Option(
            names = "--calm",
            paramLabel = "SECONDS",
            description = "how long fewer have to be wished before a node goes; that of the library by default")
    private @Nullable Integer calm;

    @Option(
            names = "--start",
            paramLabel = "SECONDS",
            description = "a new node takes so long to serve; ${DEFAULT-VALUE} by default")
    private int start = 60;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "requests a node works on at once; ${DEFAULT-VALUE} by default")
    private int workers = 8;

    @Option(
            names = "--service",
            paramLabel = "MILLIS",
            description = "how long a request takes; ${DEFAULT-VALUE} by default")
    private int service = 100;

    @Option(
            names = "--objective",
            paramLabel = "MILLIS",
            description = "within what 95 of 100 are to be answered; ${DEFAULT-VALUE} by default")
    private int objective = 500;

    @Option(names = "--svg", paramLabel = "FILE", description = "draw it there, too")
    private @Nullable Path svg;

    @Option(names = "--json", description = "a line of JSON for each decision, and one with the scores")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Run run;
        try {
            ServiceSettings settings = new ServiceSettings(
                    workers,
                    Duration.ofMillis(service),
                    Duration.ofMillis(objective),
                    Duration.ofSeconds(start),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(Math.max(5_000L, objective)));
            Trace load = SyntheticTraces.NAMES.contains(trace)
                    ? SyntheticTraces.of(trace, seed, settings.perNode())
                    : TraceFile.read(Path.of(trace), settings);
            run = Simulation.run(settings, load, scaler(), firstSize(load, settings), seed);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage());
        } catch (IOException unread) {
            spec.commandLine().getErr().println(unread.getMessage() == null ? unread : unread.getMessage());
            return ExitCodes.FAILED;
        }
        if (json) {
            print(out, run);
        } else {
            out.print(new RunReport(run));
        }
        Path picture = svg;
        if (picture != null) {
            Files.writeString(picture, new RunPlot(List.of(run), List.of(run.trace())).svg());
        }
        return ExitCodes.WHOLE;
    }

    private HoldfastScaler scaler() {
        if (every < 1) {
            throw new IllegalArgumentException("--every is " + every + "; use 1 or more seconds");
        }
        List<ScalingPolicy> policies = new ArrayList<>();
        targets.forEach((load, value) -> policies.add(TargetTracking.of(load, value)));
        if (policies.isEmpty()) {
            policies.add(TargetTracking.of(Load.CPU, 0.6));
        }
        ScalingLimits limits = ScalingLimits.usual();
        Integer seconds = calm;
        return new HoldfastScaler(
                policies,
                least,
                most,
                seconds == null ? limits : limits.stabilization(limits.outStabilization(), Duration.ofSeconds(seconds)),
                every);
    }

    /** As many as the load of the first second needs at sixty percent. */
    private int firstSize(Trace load, ServiceSettings settings) {
        return (int) Math.max(least, Math.min(most, Math.ceil(load.rate(0) / settings.perNode() / 0.6)));
    }

    private static void print(PrintWriter out, Run run) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        for (Row row : run.rows()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("second", row.second());
            line.put("rate", row.rate());
            line.put("needed", row.needed());
            line.put("wanted", row.wanted());
            line.put("serving", row.serving());
            line.put("busy", row.busy());
            line.put("lateSeconds", row.lateSeconds());
            line.put("decided", row.decided());
            line.put("reason", row.reason());
            out.println(mapper.writeValueAsString(line));
        }
        Map<String, Object> scores = new LinkedHashMap<>();
        scores.put("trace", run.trace());
        scores.put("late", run.scores().late());
        scores.put("lateSeconds", run.scores().lateSeconds());
        scores.put("nodeHours", run.scores().nodeHours());
        scores.put("actions", run.scores().actions());
        scores.put("under", run.scores().under());
        scores.put("over", run.scores().over());
        scores.put("underTime", run.scores().underTime());
        scores.put("overTime", run.scores().overTime());
        scores.put("instability", run.scores().instability());
        out.println(mapper.writeValueAsString(scores));
    }
}
