package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Container;

/**
 * Nodes in containers: their network is disconnected, they are paused and killed, their packets delayed and lost. Each time the
 * others go on, the node comes back, all have the same, and what clients saw is linearizable. Needs a Docker engine, and {@code
 * -Pcontainers}; skipped where no engine answers.
 */
class ContainerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CLIENTS = 3;

    private static ContainerCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        ContainerImage.Found found = ContainerImage.find();
        if (found.image().isEmpty()) {
            System.out.println("CONTAINERS SKIPPED: " + found.whyNot());
        }
        assumeTrue(found.image().isPresent(), found.whyNot());
        cluster = new ContainerCluster(found.image().orElseThrow());
        cluster.start();
        assertTrue(cluster.allReady(LIMIT), () -> "not ready: " + cluster.logs());
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Something that befalls the master while clients work. */
    private interface Trouble {
        void befalls(String master, Load load) throws IOException;
    }

    /** Clients at work, and what they saw. */
    private static final class Load {
        final AtomicLong progress = new AtomicLong();
        final List<HaCluster> parts = new ArrayList<>();
        final List<MapClient> clients = new ArrayList<>();

        void start(String name, HistoryWriter history) {
            KeySpace keys = new KeySpace(name + "-");
            for (int i = 0; i < CLIENTS; i++) {
                HaCluster part = cluster.client(name + "-" + i);
                parts.add(part);
                part.awaitReady(LIMIT);
                clients.add(new MapClient(i, part, history, keys, progress, 1, 5_000_000L));
            }
            clients.forEach(MapClient::start);
        }

        void awaitProgress(String when) throws IOException {
            long before = progress.get();
            assertTrue(
                    Waiting.forCondition(LIMIT, () -> progress.get() > before + 50),
                    () -> "no progress " + when + ": " + cluster.logs());
        }

        void finish() throws IOException {
            for (MapClient client : clients) {
                client.finish();
                assertEquals(List.of(), client.troubles());
            }
            parts.forEach(HaCluster::close);
        }
    }

    private static void underLoad(String name, Path directory, Trouble trouble) throws IOException {
        assertTrue(cluster.allReady(LIMIT), () -> "not ready: " + cluster.states() + cluster.logs());
        Path file = directory.resolve("history.jsonl");
        try (HistoryWriter history = new HistoryWriter(file)) {
            Load load = new Load();
            load.start(name, history);
            load.awaitProgress("at first");
            String master = cluster.master("").orElseThrow();
            trouble.befalls(master, load);
            load.awaitProgress("after all");
            assertTrue(cluster.allReady(LIMIT), () -> "not ready: " + cluster.states() + cluster.logs());
            load.finish();
        }
        assertTrue(
                Waiting.forCondition(
                        LIMIT, () -> cluster.states().stream().distinct().count() == 1),
                () -> "not the same: " + cluster.states());
        HistoryFile.Summary summary = HistoryFile.check(file);
        System.out.println(name + ": " + summary.operations() + " calls, " + summary.failed() + " without effect, "
                + summary.unknown() + " unknown, " + summary.verdict());
        assertEquals(Verdict.LINEARIZABLE, summary.verdict(), summary.report());
    }

    private static void awaitAnother(String master, Load load) throws IOException {
        assertTrue(
                Waiting.forCondition(LIMIT, () -> cluster.master(master).isPresent()),
                () -> "no other master than " + master + ": " + cluster.logs());
        load.awaitProgress("without " + master);
    }

    @Test
    void aMasterWhoseNetworkIsDisconnectedIsReplaced(@TempDir Path directory) throws IOException {
        underLoad("disconnected", directory, (master, load) -> {
            cluster.disconnect(master);
            try {
                awaitAnother(master, load);
            } finally {
                cluster.connect(master);
            }
        });
    }

    @Test
    void aPausedMasterIsReplacedAndWakesAsASlave(@TempDir Path directory) throws IOException {
        underLoad("paused", directory, (master, load) -> {
            cluster.pause(master);
            try {
                awaitAnother(master, load);
            } finally {
                cluster.unpause(master);
            }
        });
    }

    @Test
    void aKilledMasterIsReplacedAndComesBackWithItsDisk(@TempDir Path directory) throws IOException {
        underLoad("killed", directory, (master, load) -> {
            cluster.kill(master);
            try {
                awaitAnother(master, load);
            } finally {
                cluster.startAgain(master);
            }
        });
    }

    @Test
    void whenAllAreKilledAtOnceNothingAcknowledgedIsLost(@TempDir Path directory) throws IOException {
        underLoad("all-killed", directory, (master, load) -> {
            cluster.ids().forEach(cluster::kill);
            cluster.ids().forEach(cluster::startAgain);
        });
    }

    @Test
    void aNetworkThatDelaysAndLosesPacketsIsSlowAndNoMore(@TempDir Path directory) throws IOException {
        Container.ExecResult tried = netem("node-1", "add");
        if (tried.getExitCode() != 0) {
            System.out.println("CONTAINERS: tc netem cannot be had here, so packets are not delayed and lost: "
                    + tried.getStderr().strip());
        }
        assumeTrue(tried.getExitCode() == 0, tried.getStderr());
        try {
            underLoad("netem", directory, (master, load) -> {
                cluster.ids().stream().filter(id -> !id.equals("node-1")).forEach(id -> netemUnchecked(id, "add"));
                load.awaitProgress("over a bad network");
                cluster.ids().forEach(id -> netemUnchecked(id, "del"));
            });
        } finally {
            cluster.ids().forEach(id -> netemUnchecked(id, "del"));
        }
    }

    private static void netemUnchecked(String id, String what) {
        try {
            netem(id, what);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The last interface is that of the nodes' own network. */
    private static Container.ExecResult netem(String id, String what) throws IOException {
        return cluster.run(
                id,
                "sh",
                "-c",
                "tc qdisc " + what + " dev $(ls /sys/class/net | grep eth | sort | tail -1) root netem"
                        + (what.equals("add") ? " delay 40ms 20ms loss 2%" : ""));
    }
}
