package io.holdfast.verification.torture;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.verification.process.NodeTuning;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One node that can be tortured, in a process of its own; see {@link NodeOptions} for its arguments. Each line of its standard
 * input, or of a connection to the port that a further argument names, is a number and a command, and is answered by a line that begins with the number:
 *
 * <ul>
 *   <li>{@code status}: role, term, applied index, and {@code ready}, {@code waiting} or {@code failed};
 *   <li>{@code why}: why it is not ready, or what made it fail;
 *   <li>{@code memory}: the {@link DirectMemory} that it uses;
 *   <li>{@code digest}: what its own copy of the maps holds, as {@code <entries> <hash>};
 *   <li>{@code handover ROLE}: begin to give a role to another node, if this one has it;
 *   <li>{@code disk ok | slow MILLIS | full | failing};
 *   <li>{@code clock rate RATE | wall MILLIS}.
 * </ul>
 *
 * <p>The end of the standard input stops it, unless there is a port.
 */
final class TortureNode {
    /** The map that clients work on. */
    static final String MAP = "torture";
    /** The map that only fills the log. */
    static final String BALLAST = "ballast";

    private static final int ASKER_MILLIS = 10_000;

    private final FaultyRuntime runtime;
    private final HaCluster cluster;
    private final Duties duties;
    private final ReplicatedLog log;

    private TortureNode(FaultyRuntime runtime, HaCluster cluster, Duties duties) {
        this.runtime = runtime;
        this.cluster = cluster;
        this.duties = duties;
        this.log = ReplicatedLog.in(cluster);
    }

    public static void main(String[] args) throws IOException {
        NodeOptions options = NodeOptions.decode(args);
        FaultyRuntime runtime = new FaultyRuntime(
                RealRuntime.create(options.id(), TransportConfig.defaults()), options.links(), options.losesUnforced());
        LogReplication replication = LogReplication.inDirectory(options.directory())
                .bootstrap(options.bootstrap())
                .segmentBytes(Integer.getInteger(NodeTuning.SEGMENT_BYTES, 8 << 20))
                .snapshots(Long.getLong(NodeTuning.SNAPSHOT_BYTES, 256L << 20), Duration.ofHours(1));
        Duties duties = new Duties(options);
        HaCluster cluster = duties.with(HaCluster.builder("torture"))
                .node(Node.of(options.id())
                        .bind(options.bind().getHostString() + ":"
                                + options.bind().getPort())
                        .advertise(LinkResolver.advertised(options.id())))
                .with(options.leaseReads() ? replication.leaseReads() : replication)
                .runtime(runtime)
                .start();
        duties.stand(cluster);
        TortureNode node = new TortureNode(runtime, cluster, duties);
        if (args.length == NodeOptions.ARGUMENTS) {
            System.out.println("started");
            node.serve(System.in, System.out);
            cluster.close();
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "torture-end"));
        try (ServerSocket port = new ServerSocket(Integer.parseInt(args[NodeOptions.ARGUMENTS]))) {
            System.out.println("started");
            while (true) {
                try (Socket asker = port.accept()) {
                    asker.setSoTimeout(ASKER_MILLIS);
                    node.serve(
                            asker.getInputStream(),
                            new PrintStream(asker.getOutputStream(), true, StandardCharsets.UTF_8));
                } catch (IOException gone) {
                    // the next one may ask
                }
            }
        }
    }

    private void serve(InputStream questions, PrintStream answers) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(questions, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            String answer;
            try {
                answer = answer(words);
            } catch (RuntimeException e) {
                answer = "problem " + e;
            }
            answers.println(words[0] + " " + answer.replaceAll("\\s+", " "));
        }
    }

    private String answer(String[] words) {
        return switch (words[1]) {
            case "status" -> status();
            case "why" -> cluster.failure().map(Throwable::toString).orElseGet(cluster::whyNotReady);
            case "memory" -> DirectMemory.now().encode();
            case "digest" -> digest(MAP) + " " + digest(BALLAST);
            case "handover" -> {
                duties.handOver(cluster, words[2]);
                yield "ok";
            }
            case "disk" -> disk(words);
            case "clock" -> clock(words);
            default -> throw new IllegalArgumentException("unknown command " + words[1]);
        };
    }

    private String status() {
        LogStatus status = log.status();
        String state = cluster.failure().isPresent() ? "failed" : cluster.isReady() ? "ready" : "waiting";
        return status.role() + " " + status.term() + " " + status.appliedIndex() + " " + state;
    }

    private String digest(String map) {
        long entries = 0;
        long hash = 0;
        var copy =
                ReplicatedMap.in(cluster, map, Codec.string(), Codec.string()).reading(ReadLevel.local());
        for (var entry : (Iterable<java.util.Map.Entry<String, String>>) copy.scan()::iterator) {
            entries++;
            hash = hash * 31
                    + entry.getKey().hashCode() * 37L
                    + entry.getValue().hashCode();
        }
        return entries + " " + Long.toHexString(hash);
    }

    private String disk(String[] words) {
        DiskFaults disk = runtime.disk();
        switch (words[2]) {
            case "ok" -> disk.heal();
            case "slow" -> disk.slow(Long.parseLong(words[3]));
            case "full" -> disk.full(true);
            case "failing" -> disk.failing(true);
            default -> throw new IllegalArgumentException("unknown fault of a disk: " + words[2]);
        }
        return "ok";
    }

    private String clock(String[] words) {
        switch (words[2]) {
            case "rate" -> runtime.skewedClock().rate(Double.parseDouble(words[3]));
            case "wall" -> runtime.skewedClock().wallOffset(Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException("unknown fault of a clock: " + words[2]);
        }
        return "ok";
    }
}
