package shop.consumer;

import com.sun.net.httpserver.HttpServer;
import io.holdfast.core.HaCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** A node, and beside it the HTTP service that it offers: its answer to everything is the node's id. */
record Shop(HttpServer server, HaCluster cluster) implements AutoCloseable {
    /**
     * Opens both.
     *
     * @param id the node's
     * @param starts the node that offers the service at this address
     */
    static Shop open(String id, Function<String, HaCluster> starts) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = id.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return new Shop(
                server, starts.apply("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @Override
    public void close() {
        cluster.close();
        server.stop(0);
    }
}
