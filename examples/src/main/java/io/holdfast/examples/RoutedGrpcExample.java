package io.holdfast.examples;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.integrations.loadbalance.grpc.GuardInterceptor;
import io.holdfast.integrations.loadbalance.grpc.HoldfastResolverProvider;
import io.holdfast.integrations.loadbalance.grpc.RoutedCalls;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.loadbalance.ReadSession;
import io.holdfast.loadbalance.ServingGuard;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC service on three nodes: writes go to the master, with its token, and reads to a slave that has the session's writes. Texts stand
 * for what would be generated of a {@code .proto}: an order is {@code "17 three apples"}, a question {@code "17"}.
 */
public final class RoutedGrpcExample implements AutoCloseable {
    private static final MethodDescriptor<String, String> PUT = method("put");
    private static final MethodDescriptor<String, String> GET = method("get");

    private final List<HaCluster> clusters = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();

    private RoutedGrpcExample() {}

    /** Runs it once. */
    public static void main(String[] args) throws IOException {
        run(Files.createTempDirectory("holdfast-grpc-"), System.out);
    }

    /** Writes, reads, ends the master, and writes again. */
    static void run(Path directory, PrintStream out) throws IOException {
        try (RoutedGrpcExample service = new RoutedGrpcExample()) {
            service.start(directory);
            String master = service.clusters.get(0).master().orElseThrow().nodeId();
            int alive = master.equals("node-1") ? 2 : 1; // who calls is on that node, and goes on
            HaCluster own = service.clusters.get(alive - 1);
            NameResolverRegistry names = new NameResolverRegistry();
            names.register(HoldfastResolverProvider.of(name -> LoadBalancing.service(own, name)));
            ManagedChannel channel = Grpc.newChannelBuilder(
                            "holdfast:///orders", InsecureChannelCredentials.create(), names)
                    .defaultLoadBalancingPolicy("holdfast")
                    .build();
            try {
                LoadBalancer orders = LoadBalancing.service(own, "orders").session(ReadSession.begin());
                String wrote = call(channel, orders.toMaster(), PUT, "17 three apples");
                String read = call(channel, orders.toSlaves().maxLag(Duration.ofSeconds(1)), GET, "17");
                out.println("written by the master: " + wrote.equals("written by " + master));
                out.println("read: " + read.replaceFirst(" from .*", ""));
                out.println("read from a slave: " + !read.endsWith(master));
                service.die(master);
                String again = call(channel, orders.toMaster(), PUT, "18 four pears");
                out.println("the master is dead; another has written: " + !again.endsWith(master));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static String call(Channel channel, LoadBalancer by, MethodDescriptor<String, String> method, String said) {
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(channel, RoutedCalls.by(by)),
                method,
                CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(30, TimeUnit.SECONDS),
                said);
    }

    private void start(Path directory) throws IOException {
        List<Integer> ports = Ports.free(6);
        String[] voters = new String[3];
        for (int i = 0; i < 3; i++) {
            voters[i] = "node-" + (i + 1) + "@127.0.0.1:" + ports.get(i);
        }
        for (int i = 0; i < 3; i++) {
            String id = "node-" + (i + 1);
            HaCluster cluster = HaCluster.builder("shop")
                    .node(Node.of(id)
                            .bind("127.0.0.1:" + ports.get(i))
                            .service("orders", "grpc://127.0.0.1:" + ports.get(i + 3)))
                    .with(GossipMembership.seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1)))
                    .with(LogReplication.inDirectory(directory.resolve(id))
                            .bootstrap(voters)
                            .segmentBytes(1 << 20))
                    .with(LoadBalancing.feature())
                    .start();
            clusters.add(cluster);
            servers.add(serve(cluster, ports.get(i + 3)));
        }
        for (HaCluster cluster : clusters) {
            cluster.awaitReady(Duration.ofSeconds(30));
        }
    }

    private static Server serve(HaCluster cluster, int port) throws IOException {
        GuardInterceptor guard = new GuardInterceptor(ServingGuard.of(cluster));
        return Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .addService(ServerInterceptors.intercept(service(cluster), guard))
                .build()
                .start();
    }

    private static BindableService service(HaCluster cluster) {
        ReplicatedMap<String, String> orders = ReplicatedMap.in(cluster, "orders", Codec.string(), Codec.string());
        ReplicatedMap<String, String> here = orders.reading(ReadLevel.local()); // the guard sees to freshness
        String id = cluster.node().id();
        return () -> ServerServiceDefinition.builder("shop.Orders")
                .addMethod(PUT, ServerCalls.asyncUnaryCall((order, answers) -> {
                    int space = order.indexOf(' ');
                    orders.put(order.substring(0, space), order.substring(space + 1));
                    answers.onNext("written by " + id);
                    answers.onCompleted();
                }))
                .addMethod(GET, ServerCalls.asyncUnaryCall((key, answers) -> {
                    answers.onNext(here.get(key) + " from " + id);
                    answers.onCompleted();
                }))
                .build();
    }

    private void die(String id) {
        int index = Integer.parseInt(id.substring(id.indexOf('-') + 1)) - 1;
        servers.get(index).shutdownNow();
        clusters.get(index).close();
    }

    private static MethodDescriptor<String, String> method(String name) {
        return MethodDescriptor.newBuilder(new Text(), new Text())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("shop.Orders/" + name)
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        servers.forEach(Server::shutdownNow);
        clusters.forEach(HaCluster::close);
    }
}
