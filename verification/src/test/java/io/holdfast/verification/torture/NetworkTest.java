package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that says everything twice, behind a link. */
class NetworkTest {
    private static final int LIMIT_MILLIS = (int) Waiting.PATIENCE.toMillis();
    private static final Duration LIMIT = Waiting.PATIENCE;
    private static final int NOTHING_MILLIS = 100; // what is asserted after it holds at once, or never

    private final Network network = new Network();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new ArrayList<>();
    private ServerSocket server;
    private InetSocketAddress link;

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket();
        server.bind(Loopback.free());
        link = network.connect("a", "b", (InetSocketAddress) server.getLocalSocketAddress());
        threads.execute(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    threads.execute(() -> echo(client));
                }
            } catch (IOException closed) {
                // the test is over
            }
        });
    }

    private static void echo(Socket client) {
        try (client) {
            for (int b = client.getInputStream().read();
                    b >= 0;
                    b = client.getInputStream().read()) {
                client.getOutputStream().write(b);
            }
        } catch (IOException gone) {
            // as tests have it
        }
    }

    @AfterEach
    void end() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
        network.close();
        threads.shutdownNow();
    }

    private boolean canDial() {
        try {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.connect(link, LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private Socket dial() throws IOException {
        assertTrue(Waiting.forCondition(LIMIT, this::canDial), "refused");
        return sockets.get(sockets.size() - 1);
    }

    private void assertRefused() throws IOException {
        assertTrue(Waiting.forCondition(LIMIT, () -> !canDial()), "not refused");
    }

    private static int say(Socket socket, int b) throws IOException {
        socket.getOutputStream().write(b);
        return socket.getInputStream().read();
    }

    @Test
    void anOpenLinkPassesBytesBothWays() throws IOException {
        Socket socket = dial();
        assertEquals(7, say(socket, 7));
        assertEquals(8, say(socket, 8));
    }

    @Test
    void aCutClosesAndRefusesUntilItIsOver() throws IOException {
        Socket socket = dial();
        assertEquals(7, say(socket, 7));
        Rule cut = (from, to) -> Rule.Way.REFUSED;
        network.add(cut);
        assertTrue(isOver(socket));
        assertRefused();
        network.remove(cut);
        assertEquals(9, say(dial(), 9));
    }

    @Test
    void whoIsDownIsRefused() throws IOException {
        network.down("b", true);
        assertRefused();
        network.down("b", false);
        assertEquals(9, say(dial(), 9));
    }

    @Test
    void aBlockedWayHoldsBytesBackAndTheOtherWayDoesNot() throws IOException {
        Socket socket = dial();
        assertEquals(7, say(socket, 7));
        Rule deaf = (from, to) -> from.equals("b") ? Rule.Way.BLOCKED : null;
        network.add(deaf);
        socket.getOutputStream().write(8);
        socket.setSoTimeout(NOTHING_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        network.remove(deaf);
        socket.setSoTimeout(LIMIT_MILLIS);
        assertEquals(8, socket.getInputStream().read());
    }

    @Test
    void aSlowLinkKeepsTheOrder() throws IOException {
        network.add((from, to) -> Rule.Way.delayed(2_000_000, 5_000_000));
        Socket socket = dial();
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            socket.getOutputStream().write(i);
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(i, socket.getInputStream().read());
        }
        assertTrue(System.nanoTime() - begin >= 4_000_000, "it was not slow");
    }

    @Test
    void theWorstOfAllRulesHolds() {
        Rule.Way both = Rule.Way.delayed(5, 1).and(Rule.Way.throttled(10)).and(Rule.Way.throttled(3));
        assertEquals(new Rule.Way(false, false, 5, 1, 3), both);
        assertTrue(both.and(Rule.Way.REFUSED).refused());
    }

    private static boolean isOver(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
