package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.ThreadRuntime;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** Over real sockets, as a prober would. */
@Timeout(60)
class HttpProbesTest {
    private final FakeFeature feature = new FakeFeature("serving");

    private HaCluster.Builder node(String id) {
        return HaCluster.builder("shop").node(Node.of(id)).with(feature).http("127.0.0.1:0");
    }

    private static Socket connect(HaCluster cluster) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                cluster.httpAddress().orElseThrow().port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Sends that, and returns all that comes until the far end closes. */
    private static String exchange(HaCluster cluster, String sent) throws IOException {
        try (Socket socket = connect(cluster)) {
            OutputStream out = socket.getOutputStream();
            out.write(sent.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return readAll(socket);
        }
    }

    private static String readAll(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] some = new byte[4096];
        try {
            for (int n = socket.getInputStream().read(some);
                    n >= 0;
                    n = socket.getInputStream().read(some)) {
                all.append(new String(some, 0, n, StandardCharsets.UTF_8));
            }
        } catch (SocketException reset) {
            all.append("<reset>");
        }
        return all.toString();
    }

    private static String request(HaCluster cluster, String method, String path) throws IOException {
        return exchange(cluster, method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    }

    private static void assertAnswer(String answer, String status, String body) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.endsWith("\r\n\r\n" + body), answer);
    }

    @Test
    void aNodeThatServesSaysSo() throws Exception {
        try (HaCluster cluster = node("http-a").start()) {
            cluster.awaitReady(Duration.ofSeconds(10));
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
            assertAnswer(request(cluster, "GET", "/ready?verbose"), "200", "{\"ready\":true}");
            assertAnswer(
                    request(cluster, "POST", "/safe-to-stop"),
                    "200",
                    "{\"safe\":true,\"node\":\"http-a\",\"reasons\":[\"no feature of it needs other nodes\"]}");
            String status = request(cluster, "GET", "/status");
            assertTrue(status.contains("\"node\":\"http-a\"") && status.contains("\"cluster\":\"shop\""), status);
            String head = request(cluster, "HEAD", "/live");
            assertAnswer(head, "200", "");
            assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("content-length: 13"), head);
        }
    }

    @Test
    void readyIsNotLive() throws Exception {
        feature.readyAtStart = false;
        try (HaCluster cluster = node("http-b").start()) {
            feature.context().ready(false, "the log is being read");
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
            assertAnswer(
                    request(cluster, "GET", "/ready"),
                    "503",
                    "{\"ready\":false,\"reason\":\"serving: the log is being read\"}");
        }
    }

    @Test
    void aLoopThatStandsStillIsNotLive() throws Exception {
        ThreadRuntime runtime = new ThreadRuntime();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (HaCluster cluster = node("http-j").runtime(runtime).start()) {
            runtime.execute(() -> {
                blocked.countDown();
                awaitQuietly(goOn);
            });
            assertTrue(blocked.await(20, TimeUnit.SECONDS));
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
            runtime.jump(Duration.ofSeconds(11));
            assertAnswer(request(cluster, "GET", "/live"), "503", "{\"live\":false}");
            goOn.countDown();
            Await.until(cluster::isLive, () -> "it moves again");
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void oneThatIsStoppingIsLiveUntilItsCallbacksHaveEnded() throws Exception {
        CountDownLatch granted = new CountDownLatch(1);
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HaCluster cluster = node("http-k")
                .with(new FakeElection())
                .onMaster(grant -> granted.countDown())
                .onSlave(reason -> {
                    ending.countDown();
                    awaitQuietly(goOn);
                })
                .stopWithin(Duration.ofMinutes(1))
                .start();
        assertTrue(granted.await(20, TimeUnit.SECONDS));
        CompletableFuture<Void> stopped = cluster.stopAsync();
        assertTrue(ending.await(20, TimeUnit.SECONDS));
        assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
        assertAnswer(request(cluster, "GET", "/ready"), "503", "{\"ready\":false,\"reason\":\"the node is stopping\"}");
        goOn.countDown();
        stopped.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aNodeThatIsNeededIsNotSafeToStop() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        feature.inspectable = new FakeInspectable(Map.of(), nodeId -> {
            threads.add(Thread.currentThread().getName() + " " + MDC.get("holdfast.node"));
            return SafeToStop.no(nodeId, "two would be left of five");
        });
        try (HaCluster cluster = node("http-l").start()) {
            assertAnswer(
                    request(cluster, "GET", "/safe-to-stop"),
                    "503",
                    "{\"safe\":false,\"node\":\"http-l\",\"reasons\":[\"two would be left of five\"]}");
            assertEquals(List.of("holdfast-http-l-http http-l"), threads);
        }
    }

    @Test
    void whatItCannotTellItAsksTheMaster() throws Exception {
        AtomicBoolean safe = new AtomicBoolean();
        FakeFeature masters = new FakeFeature("serving");
        masters.inspectable = new FakeInspectable(
                Map.of(),
                nodeId -> safe.get()
                        ? SafeToStop.yes(nodeId, "all have caught up")
                        : SafeToStop.no(nodeId, "http-o is behind"));
        try (HaCluster master = HaCluster.builder("shop")
                .node(Node.of("http-m").bind("127.0.0.1:0"))
                .with(masters)
                .start()) {
            feature.inspectable = new FakeInspectable(
                    Map.of("http-m", master.node().advertisedAddress()),
                    nodeId -> SafeToStop.ask(nodeId, "http-m", "ask http-m"));
            try (HaCluster cluster = node("http-n").start()) {
                assertAnswer(
                        request(cluster, "GET", "/safe-to-stop"),
                        "503",
                        "{\"safe\":false,\"node\":\"http-n\",\"reasons\":[\"http-o is behind\"]}");
                safe.set(true);
                String answer = "";
                while (!answer.startsWith("HTTP/1.1 200")) { // an answer is good for half a second
                    answer = request(cluster, "POST", "/safe-to-stop");
                }
                assertAnswer(answer, "200", "{\"safe\":true,\"node\":\"http-n\",\"reasons\":[\"all have caught up\"]}");
                master.stop();
                while (answer.startsWith("HTTP/1.1 200")) {
                    answer = request(cluster, "GET", "/safe-to-stop");
                }
                assertTrue(
                        answer.startsWith("HTTP/1.1 503 ") && answer.contains("http-m is the one who knows"), answer);
            }
        }
    }

    @Test
    void nothingIsToldBeyondYesAndNoWhereThatIsWanted() throws Exception {
        feature.readyAtStart = false;
        try (HaCluster cluster = node("http-c").httpStatus(false).start()) {
            assertAnswer(request(cluster, "GET", "/ready"), "503", "{\"ready\":false}");
            assertAnswer(request(cluster, "GET", "/safe-to-stop"), "200", "{\"safe\":true}");
            String status = request(cluster, "GET", "/status");
            assertTrue(status.startsWith("HTTP/1.1 404 "), status);
            assertFalse(status.contains("shop"), status);
        }
    }

    @Test
    void whatIsNotServedIsRefused() throws Exception {
        try (HaCluster cluster = node("http-d").start()) {
            assertTrue(request(cluster, "GET", "/").startsWith("HTTP/1.1 404 "));
            assertTrue(request(cluster, "GET", "/../live").startsWith("HTTP/1.1 404 "));
            String post = request(cluster, "POST", "/live");
            assertTrue(post.startsWith("HTTP/1.1 405 ") && post.contains("GET, HEAD"), post);
            assertTrue(request(cluster, "DELETE", "/safe-to-stop").startsWith("HTTP/1.1 405 "));
            assertTrue(exchange(cluster, "this is no HTTP\r\n\r\n").startsWith("HTTP/1.1 400 "));
            String longHeader = exchange(cluster, "GET /live HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
            assertFalse(longHeader.startsWith("HTTP/1.1 200"), longHeader);
            String longLine = exchange(cluster, "GET /live?" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n");
            assertFalse(longLine.startsWith("HTTP/1.1 200"), longLine);
            String longBody = exchange(
                    cluster, "POST /safe-to-stop HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            assertTrue(longBody.startsWith("HTTP/1.1 413") || longBody.equals("<reset>"), longBody);
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
        }
    }

    @Test
    void whoIsSlowHarmsNobodyAndIsShownOut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (HaCluster cluster = node("http-e").start()) {
            for (int i = 0; i < 40; i++) {
                Socket socket = connect(cluster);
                socket.getOutputStream().write("GET /li".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
            for (Socket socket : slow) {
                String answer = readAll(socket); // returns when the far end has closed
                assertFalse(answer.contains("200"), answer);
            }
            for (int i = 0; i < 200; i++) { // more than may be open
                slow.add(connect(cluster));
            }
            for (Socket socket : slow.subList(40, slow.size())) {
                socket.close();
            }
            String answer = "";
            while (!answer.startsWith("HTTP/1.1 200")) { // until they are gone there, too
                answer = request(cluster, "GET", "/live");
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void whoHoldsAllConnectionsKeepsNoProberOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (HaCluster cluster = node("http-i").start()) {
            for (int i = 0; i < 64; i++) {
                silent.add(connect(cluster));
            }
            for (int i = 0; i < 20; i++) { // the oldest of them makes room
                assertAnswer(request(cluster, "GET", "/live"), "200", "{\"live\":true}");
                silent.add(connect(cluster));
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void theNodesOwnPortIsRefusedAndOneInUseFailsTheStart() throws Exception {
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> HaCluster.builder("shop")
                .node(Node.of("http-f").bind("127.0.0.1:7400"))
                .http("0.0.0.0:7400")
                .build());
        assertTrue(String.valueOf(wrong.getMessage()).contains("its own port 7400"), wrong.toString());
        try (HaCluster first = node("http-g").start()) {
            String taken = first.httpAddress().orElseThrow().toString();
            HaCluster second = HaCluster.builder("shop")
                    .node(Node.of("http-h"))
                    .http(taken)
                    .build();
            StartFailedException failed = assertThrows(StartFailedException.class, second::start);
            assertTrue(String.valueOf(failed.getMessage()).contains(taken), failed.toString());
        }
    }
}
