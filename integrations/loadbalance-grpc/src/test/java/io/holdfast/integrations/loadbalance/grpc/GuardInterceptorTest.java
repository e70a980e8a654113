package io.holdfast.integrations.loadbalance.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real node, which is the master of its log, and a real server. */
@Timeout(120)
class GuardInterceptorTest {
    private static final MethodDescriptor<String, String> PUT =
            EchoServer.method("shop.Orders/put", MethodDescriptor.MethodType.UNARY);

    private static final MethodDescriptor<String, String> PASS_ON =
            EchoServer.method("shop.Orders/passOn", MethodDescriptor.MethodType.UNARY);

    private static final long FOREIGN_POSITION = 1_000_000_000;

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void whatIsForALaterMasterIsRefusedBeforeTheServiceSeesItAndAnswersTellThePosition(@TempDir Path directory)
            throws Exception {
        int port = freePort();
        try (HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1").bind("127.0.0.1:" + port))
                .with(LogReplication.inDirectory(directory)
                        .bootstrap("node-1@127.0.0.1:" + port)
                        .segmentBytes(1 << 20))
                .start()) {
            cluster.awaitReady(Duration.ofSeconds(30));
            ReplicatedMap<String, String> orders = ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
            Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(ServerInterceptors.intercept(
                            ServerServiceDefinition.builder("shop.Orders")
                                    .addMethod(PUT, ServerCalls.asyncUnaryCall((order, answers) -> {
                                        orders.put(order, "yes");
                                        answers.onNext("written");
                                        answers.onCompleted();
                                    }))
                                    .addMethod(PASS_ON, ServerCalls.asyncUnaryCall((order, answers) -> {
                                        orders.put(order, "yes");
                                        answers.onError(refusedElsewhere());
                                    }))
                                    .build(),
                            new GuardInterceptor(ServingGuard.of(cluster))))
                    .build()
                    .start();
            ManagedChannel channel = Grpc.newChannelBuilder(
                            "dns:///127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
                    .build();
            try {
                long token = cluster.master().orElseThrow().token().value();
                AtomicReference<Metadata> trailers = new AtomicReference<>();
                assertEquals("written", put(channel, Long.toString(token), trailers, "o-1"));
                String position = Objects.requireNonNull(RoutingMetadata.get(trailers.get(), RoutingHeaders.POSITION));
                assertTrue(Long.parseLong(position) > 0, position);

                StatusRuntimeException refused = assertThrows(
                        StatusRuntimeException.class, () -> put(channel, Long.toString(token + 1), trailers, "o-2"));
                assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
                assertTrue(trailers.get().containsKey(RoutingMetadata.REFUSED));
                assertTrue(String.valueOf(refused.getStatus().getDescription()).contains("node-1 is the master of"));
                assertFalse(orders.containsKey("o-2"));

                for (String fence : new String[] {Long.toString(token), null}) {
                    StatusRuntimeException failed = assertThrows(
                            StatusRuntimeException.class, () -> send(channel, PASS_ON, fence, trailers, "o-3"));
                    assertEquals(Status.Code.UNAVAILABLE, failed.getStatus().getCode());
                    assertTrue(orders.containsKey("o-3"));
                    assertFalse(trailers.get().containsKey(RoutingMetadata.REFUSED)); // it would be sent again
                    assertEquals("stays", RoutingMetadata.get(trailers.get(), "mine"));
                    String its = RoutingMetadata.get(trailers.get(), RoutingHeaders.POSITION);
                    assertEquals(fence == null, its == null);
                    assertTrue(its == null || Long.parseLong(its) < FOREIGN_POSITION, its);
                }
            } finally {
                channel.shutdownNow();
                server.shutdownNow();
                assertTrue(channel.awaitTermination(1, TimeUnit.MINUTES));
                assertTrue(server.awaitTermination(1, TimeUnit.MINUTES));
            }
        }
    }

    /** As a client of another service that has a guard gets it. */
    private static StatusRuntimeException refusedElsewhere() {
        Metadata trailers = new Metadata();
        trailers.put(RoutingMetadata.REFUSED, "another service is not the master");
        trailers.put(RoutingMetadata.POSITION, Long.toString(FOREIGN_POSITION));
        trailers.put(RoutingMetadata.key("mine"), "stays");
        return Status.UNAVAILABLE.asRuntimeException(trailers);
    }

    private static String put(Channel channel, String fence, AtomicReference<Metadata> trailers, String order) {
        return send(channel, PUT, fence, trailers, order);
    }

    private static String send(
            Channel channel,
            MethodDescriptor<String, String> method,
            @Nullable String fence,
            AtomicReference<Metadata> trailers,
            String order) {
        Metadata headers = new Metadata();
        if (fence != null) {
            headers.put(RoutingMetadata.key(RoutingHeaders.FENCE), fence);
        }
        Channel with = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(headers),
                MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
        return ClientCalls.blockingUnaryCall(
                with, method, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), order);
    }
}
