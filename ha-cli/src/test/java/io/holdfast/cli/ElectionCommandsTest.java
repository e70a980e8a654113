package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.integrations.election.Change;
import io.holdfast.integrations.election.ElectionTiming;
import io.holdfast.integrations.election.RecordStore;
import io.holdfast.integrations.election.StoreElection;
import io.holdfast.integrations.election.StoredRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands in a cluster without a log, whose master is elected on a store. */
@Timeout(120)
class ElectionCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Table table = new Table();
    private final Map<String, HaCluster> nodes = new TreeMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A store in memory, which can be away. */
    private static final class Table implements RecordStore {
        private final Map<String, StoredRecord> records = new TreeMap<>();
        private boolean away;

        synchronized void away(boolean now) {
            away = now;
        }

        @Override
        public synchronized List<StoredRecord> readAll() throws IOException {
            checkThere();
            return List.copyOf(records.values());
        }

        private void checkThere() throws IOException {
            if (away) {
                throw new IOException("the table is locked");
            }
        }

        @Override
        public synchronized boolean commit(List<Change> changes) throws IOException {
            checkThere();
            for (Change change : changes) {
                StoredRecord now = records.get(change.key());
                if ((now == null ? 0 : now.version()) != change.expected()) {
                    return false;
                }
            }
            for (Change change : changes) {
                if (change instanceof Change.Put put) {
                    records.put(put.key(), new StoredRecord(put.key(), put.expected() + 1, put.value()));
                } else {
                    records.remove(change.key());
                }
            }
            return true;
        }

        @Override
        public void close() {}
    }

    private record TableElection(Table table) implements HaFeature {
        @Override
        public String name() {
            return "table-election";
        }

        @Override
        public boolean isElectionEngine() {
            return true;
        }

        @Override
        public void validate(Settings settings) {}

        @Override
        public RunningFeature create(FeatureContext context) {
            ElectionTiming timing =
                    ElectionTiming.standard().withLease(Duration.ofSeconds(2)).withPoll(Duration.ofMillis(50));
            return new StoreElection(
                    "table", "jdbc:shop", "a table", context, timing, (cluster, millis, changed) -> table);
        }
    }

    @BeforeEach
    void start() {
        for (String id : List.of("node-1", "node-2")) {
            nodes.put(
                    id,
                    HaCluster.builder("shop")
                            .node(Node.of(id).bind("127.0.0.1:0").advertise("127.0.0.1:0"))
                            .with(new TableElection(table))
                            .onMaster(grant -> {})
                            .onSlave(reason -> {})
                            .start());
        }
        nodes.values().forEach(node -> node.awaitReady(LIMIT));
        nodes.get("node-1").role("invoices").hold(grant -> {}, reason -> {});
    }

    @AfterEach
    void stop() {
        nodes.values().forEach(HaCluster::stop);
    }

    private int at(String id, String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--node";
        all[args.length + 1] = nodes.get(id).node().advertisedAddress().toString();
        return Ha.run(new PrintWriter(out), new PrintWriter(err), all);
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "in vain; last: " + out + err);
            assertFalse(never.await(50, TimeUnit.MILLISECONDS));
        }
    }

    /** Until both nodes know each other, and each role its holder. */
    private String awaitMaster() throws InterruptedException {
        await(() -> at("node-1", "status") == ExitCodes.WHOLE
                && out.toString().contains("\nnode-2")
                && out.toString().contains("\n  invoices  node-1  token "));
        return out.toString().contains("the master is node-1") ? "node-1" : "node-2";
    }

    @Test
    void theWholeClusterIsShown() throws Exception {
        String master = awaitMaster();
        System.out.println(out);
        List<String> lines = out.toString().lines().toList();
        assertEquals("cluster shop, as node-1 sees it; the master is " + master, lines.get(0));
        for (String id : nodes.keySet()) {
            String line =
                    lines.stream().filter(l -> l.startsWith(id)).findFirst().orElseThrow();
            assertTrue(line.contains(id.equals(master) ? " master " : " slave "), line);
            assertTrue(line.contains("UP      yes"), line);
        }
        assertTrue(
                out.toString().contains("\nelections by table at jdbc:shop, which node-1 reaches\n"), out.toString());
        assertTrue(out.toString().contains("\n  master    " + master + "  token "), out.toString());
        assertEquals(ExitCodes.WHOLE, at("node-2", "explain", "--all"), out.toString());
        System.out.println(out);
        assertTrue(out.toString().contains("election store: table at jdbc:shop answers"), out.toString());
    }

    @Test
    void theMasterIsFoundAndTransferred() throws Exception {
        String master = awaitMaster();
        String other = master.equals("node-1") ? "node-2" : "node-1";
        assertEquals(ExitCodes.WHOLE, at(other, "transfer", "--to", other), out + "" + err);
        assertEquals(
                other + " is the master, and " + master + " is not any more",
                out.toString().strip());
        await(() -> at(master, "status") == ExitCodes.WHOLE && out.toString().contains("the master is " + other));
    }

    @Test
    void whoMayBeStopped() throws Exception {
        awaitMaster();
        assertEquals(ExitCodes.NOT_WELL, at("node-2", "safe-to-stop", "node-1"), out.toString());
        assertTrue(out.toString().contains("it holds role invoices, and no other node could take it"), out.toString());
        assertEquals(ExitCodes.WHOLE, at("node-1", "safe-to-stop", "node-2"), out.toString());
    }

    @Test
    void aTableThatIsAwayIsShownWithSinceWhen() throws Exception {
        awaitMaster();
        table.away(true);
        await(() -> at("node-2", "status") == ExitCodes.NOT_WELL
                && out.toString().contains("as node-2 sees it; no master is known")
                && out.toString().contains("elections by table at jdbc:shop, which node-1 has not reached for ")
                && out.toString().contains("elections by table at jdbc:shop, which node-2 has not reached for "));
        System.out.println(out);
        assertTrue(out.toString().contains("IOException: the table is locked"), out.toString());
        assertTrue(out.toString().contains("node-1  127.0.0.1"), "the nodes still find each other");
        assertEquals(ExitCodes.NOT_WELL, at("node-2", "explain"), out.toString());
        System.out.println(out);
        assertTrue(out.toString().contains("election store: table at jdbc:shop has not answered for "), out.toString());
        table.away(false);
        awaitMaster();
    }
}
