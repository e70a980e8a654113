package io.holdfast.integrations.loadbalance.spring;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.RoutingHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real server that answers with its id and keeps the headers that it got. */
final class ShopServer implements AutoCloseable {
    private final String id;
    private final HttpServer server;
    private final ExecutorService serving = Executors.newCachedThreadPool();
    final List<Headers> got = new CopyOnWriteArrayList<>();
    volatile int status = 200;
    /** What answers wait for. */
    volatile CountDownLatch answers = new CountDownLatch(0);

    ShopServer(String id) throws IOException {
        this.id = id;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serving);
        server.createContext("/", exchange -> {
            try (exchange) {
                got.add(exchange.getRequestHeaders());
                answers.await();
                if (status == RoutingHeaders.STATUS_REFUSED) {
                    exchange.getResponseHeaders().set(RoutingHeaders.REFUSED, id + " is not the master");
                }
                exchange.getResponseHeaders().set(RoutingHeaders.POSITION, "17");
                byte[] body = (id + " " + exchange.getRequestURI()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // it is closed
            }
        });
        server.start();
    }

    Endpoint endpoint() {
        return Endpoint.of(id, "http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        serving.shutdownNow();
    }
}
