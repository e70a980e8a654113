package io.holdfast.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.Acknowledgement;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The client, a process of its own that is no part of the cluster: {@code DemoClient INPUT LEDGER PACE LEVEL HOST:PORT...}
 * streams the file, keeps its {@link SentLedger} and prints a {@link FeedStatus} every 100 ms. On its standard input it
 * understands {@code pace N} (lines a second, 0 for no limit), {@code killing N} and {@code killed N}. It ends when all
 * lines have an outcome.
 */
public final class DemoClient {
    private static final long STATUS_MILLIS = 100;
    /** Long enough for two elections in a row on a busy machine, so that few outcomes stay unknown. */
    private static final Duration TIMEOUT = Duration.ofSeconds(45);

    private final ObjectMapper json = new ObjectMapper();
    private final Feeder feeder;
    private final SentLedger ledger;
    private final GapWatch gaps;
    private long countedNanos = System.nanoTime();
    private long counted;
    private long perSecond;

    private DemoClient(Feeder feeder, SentLedger ledger, GapWatch gaps) {
        this.feeder = feeder;
        this.ledger = ledger;
        this.gaps = gaps;
    }

    /** Runs the client. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path input = Path.of(args[0]);
        Pacer pacer = new Pacer();
        pacer.limitTo(Double.parseDouble(args[2]));
        GapWatch gaps = new GapWatch();
        new Orders().listen(order -> obey(order, pacer, gaps));
        try (HaCluster cluster = HaCluster.builder("demo")
                        .node(Node.client("feeder"))
                        .with(LogReplication.client(Arrays.copyOfRange(args, 4, args.length))
                                .acknowledged(Acknowledgement.valueOf(args[3]))
                                .timeout(TIMEOUT))
                        .start();
                SentLedger ledger = SentLedger.create(Path.of(args[1]));
                RecordReader records = new RecordReader(input)) {
            cluster.awaitReady(Duration.ofSeconds(30));
            Feeder feeder = new Feeder(ReplicatedLog.in(cluster), ledger, gaps, pacer);
            new DemoClient(feeder, ledger, gaps).run(records);
        }
    }

    private static void obey(String order, Pacer pacer, GapWatch gaps) {
        String[] words = order.split(" ", 2);
        switch (words[0]) {
            case "pace" -> pacer.limitTo(Double.parseDouble(words[1]));
            case "killing" -> gaps.killing(Integer.parseInt(words[1]));
            case "killed" -> gaps.killed(Integer.parseInt(words[1]));
            default -> System.err.println("the order \"" + order + "\" is not known here");
        }
    }

    private void run(RecordReader records) throws IOException, InterruptedException {
        ScheduledExecutorService reporter = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "reporter");
            thread.setDaemon(true);
            return thread;
        });
        var unused = reporter.scheduleAtFixedRate(() -> report(false), 0, STATUS_MILLIS, TimeUnit.MILLISECONDS);
        feeder.feed(records);
        reporter.shutdown();
        if (!reporter.awaitTermination(5, TimeUnit.SECONDS)) {
            throw new IllegalStateException("standard output takes no line; whoever started this client must read it");
        }
        report(true);
    }

    private void report(boolean finished) {
        long now = System.nanoTime();
        if (now - countedNanos >= 1_000_000_000L) {
            long acknowledged = feeder.acknowledged();
            perSecond = (acknowledged - counted) * 1_000_000_000L / (now - countedNanos);
            counted = acknowledged;
            countedNanos = now;
        }
        System.out.println(DemoNode.toJson(
                json,
                new FeedStatus(
                        feeder.sent(),
                        ledger.forcedAcknowledged(),
                        ledger.forcedUnknown(),
                        feeder.resubmitted(),
                        perSecond,
                        gaps.gaps(),
                        finished)));
    }
}
