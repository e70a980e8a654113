package io.holdfast.integrations.loadbalance.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A real node, which is the master of its log, and a real servlet container. */
@Timeout(120)
class GuardServletFilterTest {
    /** The application. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {
        private final ServingGuard guard;

        Application(ServingGuard guard) {
            this.guard = guard;
        }

        @GetMapping("/orders")
        ResponseEntity<String> orders() {
            return ResponseEntity.ok()
                    .header(RoutingHeaders.POSITION, guard.position())
                    .body("served");
        }
    }

    @Test
    void whatIsForALaterMasterIsRefused(@TempDir Path directory) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (HaCluster cluster = HaCluster.builder("shop")
                        .node(Node.of("node-1").bind("127.0.0.1:" + port))
                        .with(LogReplication.inDirectory(directory)
                                .bootstrap("node-1@127.0.0.1:" + port)
                                .segmentBytes(1 << 20))
                        .start();
                ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                        .properties("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off")
                        .initializers(context -> {
                            GenericApplicationContext beans = (GenericApplicationContext) context;
                            beans.registerBean(ServingGuard.class, () -> ServingGuard.of(cluster));
                            beans.registerBean(
                                    GuardServletFilter.class, () -> new GuardServletFilter(ServingGuard.of(cluster)));
                        })
                        .run()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string()).put("17", "three apples");
            long token = cluster.master().orElseThrow().token().value();
            URI orders = URI.create("http://127.0.0.1:"
                    + ((ServletWebServerApplicationContext) application)
                            .getWebServer()
                            .getPort()
                    + "/orders");
            HttpResponse<String> served = get(orders, token);
            assertEquals(200, served.statusCode());
            assertEquals("served", served.body());
            assertTrue(Long.parseLong(
                            served.headers().firstValue(RoutingHeaders.POSITION).orElse("0"))
                    > 0);
            HttpResponse<String> refused = get(orders, token + 1);
            assertEquals(RoutingHeaders.STATUS_REFUSED, refused.statusCode());
            assertTrue(refused.headers()
                    .firstValue(RoutingHeaders.REFUSED)
                    .orElse("")
                    .contains("node-1 is the master of"));
        }
    }

    private static HttpResponse<String> get(URI uri, long fence) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header(RoutingHeaders.FENCE, Long.toString(fence))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
