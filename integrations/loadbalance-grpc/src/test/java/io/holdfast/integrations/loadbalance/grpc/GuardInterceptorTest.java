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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real node, which is the master of its log, and a real server. */
@Timeout(120)
class GuardInterceptorTest {
    private static final MethodDescriptor<String, String> PUT =
            EchoServer.method("shop.Orders/put", MethodDescriptor.MethodType.UNARY);

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
            } finally {
                channel.shutdownNow();
                server.shutdownNow();
                assertTrue(channel.awaitTermination(1, TimeUnit.MINUTES));
                assertTrue(server.awaitTermination(1, TimeUnit.MINUTES));
            }
        }
    }

    private static String put(Channel channel, String fence, AtomicReference<Metadata> trailers, String order) {
        Metadata headers = new Metadata();
        headers.put(RoutingMetadata.key(RoutingHeaders.FENCE), fence);
        Channel with = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(headers),
                MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
        return ClientCalls.blockingUnaryCall(
                with, PUT, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), order);
    }
}
