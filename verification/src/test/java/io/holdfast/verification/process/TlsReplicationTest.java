package io.holdfast.verification.process;

import static io.holdfast.verification.process.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.Tls;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Three nodes and a client with the certificates that docs/security.md makes, renewed while they run. */
@Timeout(600)
class TlsReplicationTest {
    private static final Pattern COMMANDS = Pattern.compile("```bash\n(.*?)```", Pattern.DOTALL);

    private final List<HaCluster> nodes = new ArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Logger rejectionLog = (Logger) LoggerFactory.getLogger("io.holdfast.core.internal.link.RejectionLog");
    private final ListAppender<ILoggingEvent> rejections = new ListAppender<>();
    private final String[] voters = new String[3];

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        rejectionLog.detachAppender(rejections);
        nodes.forEach(HaCluster::close);
    }

    private static String documented() throws IOException {
        Path page = Path.of("docs", "security.md");
        Matcher block = COMMANDS.matcher(
                Files.readString(Files.exists(page) ? page : Path.of("..").resolve(page)));
        assertTrue(block.find(), "docs/security.md has no block of commands");
        return block.group(1);
    }

    private void run(String commands) throws Exception {
        Path script = Files.writeString(directory.resolve("certificates.sh"), "set -eu\n" + commands);
        Process process = new ProcessBuilder("bash", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    private static boolean has(String command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command, "version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private Tls tls(String id) {
        return Tls.pem(directory.resolve(id + ".crt"), directory.resolve(id + ".key"), directory.resolve("ca.crt"))
                .rereadEvery(Duration.ofMillis(200));
    }

    private HaCluster start(int number) {
        String id = "node-" + number;
        return HaCluster.builder("shop")
                .node(Node.of(id).bind(voters[number - 1].substring(id.length() + 1)))
                .tls(tls(id))
                .meterRegistry(meters)
                .with(LogReplication.inDirectory(directory.resolve("log-" + id))
                        .bootstrap(voters)
                        .segmentBytes(1 << 20))
                .start();
    }

    private double daysLeft(String node) {
        return meters.get("holdfast.tls.certificate.expires")
                        .tag("node", node)
                        .gauge()
                        .value()
                / TimeUnit.DAYS.toSeconds(1);
    }

    @Test
    void aClusterServesOverTlsWhileItsCertificatesAreRenewed() throws Exception {
        assumeTrue(has("openssl"), "openssl is not installed");
        rejections.start();
        rejectionLog.addAppender(rejections);
        String commands = documented();
        run(commands);
        List<String> addresses = Loopback.freeTexts(voters.length);
        for (int i = 0; i < voters.length; i++) {
            voters[i] = "node-" + (i + 1) + "@" + addresses.get(i);
        }
        for (int i = 1; i <= 3; i++) {
            nodes.add(start(i));
        }
        nodes.forEach(node -> node.awaitReady(Waiting.PATIENCE));
        HaCluster client = HaCluster.builder("shop")
                .node(Node.client("web-1"))
                .tls(tls("web-1"))
                .with(LogReplication.client(voters[0], voters[1], voters[2].substring(7)))
                .start();
        nodes.add(client);
        ReplicatedMap<String, String> orders = ReplicatedMap.in(client, "orders", Codec.string(), Codec.string());
        for (int i = 0; i < 100; i++) {
            orders.put("before-" + i, "paid");
        }

        assertTrue(daysLeft("node-1") < 366, "node-1 has " + daysLeft("node-1") + " days");
        String renewal = commands.substring(commands.indexOf("# Certificates")).replace("-days 365", "-days 730");
        run(renewal);
        for (String id : List.of("node-1", "node-2", "node-3")) {
            eventually(id + " has read its new certificate", () -> daysLeft(id) > 700, () -> daysLeft(id) + " days");
        }
        for (int i = 0; i < 100; i++) {
            orders.put("meanwhile-" + i, "paid");
        }
        for (int i = 1; i <= 3; i++) { // one after the other, so that every link is made anew with them
            nodes.get(i - 1).close();
            nodes.set(i - 1, start(i));
            nodes.get(i - 1).awaitReady(Waiting.PATIENCE);
        }
        for (int i = 0; i < 100; i++) {
            orders.put("after-" + i, "paid");
        }
        ReplicatedMap<String, String> seen = ReplicatedMap.in(nodes.get(0), "orders", Codec.string(), Codec.string());
        assertEquals("paid", seen.get("before-0"));
        assertEquals("paid", seen.get("meanwhile-99"));
        assertEquals("paid", seen.get("after-99"));
        List<String> alarms = List.copyOf(rejections.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains("TLS") || line.contains("certificate"))
                .toList();
        assertEquals(List.of(), alarms, "nobody was refused, and no line says so");
    }
}
