package io.holdfast.verification.torture;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.holdfast.core.HaCluster;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * Three nodes, each in a container. They know each other on a network of their own, from which they can be disconnected; this
 * process reaches them by published ports of another. For one thread.
 */
final class ContainerCluster implements AutoCloseable {
    private static final int CONTROL_PORT = 7401;
    private static final int ANSWER_MILLIS = 3_000;
    private static final List<String> IDS = List.of("node-1", "node-2", "node-3");

    private record Published(int node, int control) {}

    private final ContainerImage image;
    private final DockerClient docker = DockerClientFactory.instance().client();
    private final Network network = Network.newNetwork();
    private final Map<String, GenericContainer<?>> containers = new LinkedHashMap<>();
    private final Map<String, Published> ports = new LinkedHashMap<>();
    private final Map<String, Queue<String>> logs = new LinkedHashMap<>();

    ContainerCluster(ContainerImage image) throws IOException {
        this.image = image;
        for (String id : IDS) {
            ports.put(id, new Published(freePort(), freePort()));
        }
    }

    /** Fixed, since a container that is started again would be given others. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(Loopback.at(0));
            return socket.getLocalPort();
        }
    }

    void start() throws IOException {
        for (String id : IDS) {
            GenericContainer<?> container = container(id);
            containers.put(id, container);
            container.start();
            connect(id);
        }
    }

    private GenericContainer<?> container(String id) throws IOException {
        NodeOptions options = new NodeOptions(
                id,
                Path.of("/data"),
                new InetSocketAddress(InetAddress.getByAddress(new byte[4]), LinkResolver.PORT),
                Map.of(),
                false,
                false,
                Loopback.at(1), // no store is asked
                Path.of("/tmp/grants.jsonl"),
                IDS);
        List<String> command = new ArrayList<>(List.of(
                image.java(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dsun.net.inetaddr.ttl=1", // addresses change with each connection to a network
                "-Dsun.net.inetaddr.negative.ttl=0",
                "-Dlogback.configurationFile=process-logback.xml",
                "-cp",
                "/holdfast/classes:/holdfast/lib/*",
                TortureNode.class.getName()));
        command.addAll(options.encode());
        command.add(Integer.toString(CONTROL_PORT));
        List<Bind> mounts = new ArrayList<>(image.mounts());
        mounts.add(ContainerImage.readOnly(Path.of("target").toAbsolutePath(), "/holdfast"));
        Published published = ports.get(id);
        Queue<String> log = logs.computeIfAbsent(id, node -> new ConcurrentLinkedQueue<>());
        return new GenericContainer<>(DockerImageName.parse(image.name()))
                .withImagePullPolicy(name -> false)
                .withCommand(command.toArray(String[]::new))
                .withCreateContainerCmdModifier(
                        cmd -> cmd.withExposedPorts(ExposedPort.tcp(LinkResolver.PORT), ExposedPort.tcp(CONTROL_PORT))
                                .getHostConfig()
                                .withBinds(mounts)
                                .withCapAdd(Capability.NET_ADMIN)
                                .withPortBindings(
                                        publish(published.node(), LinkResolver.PORT),
                                        publish(published.control(), CONTROL_PORT)))
                .withLogConsumer(frame -> log.add(frame.getUtf8String()))
                .waitingFor(Wait.forLogMessage("(?s).*started.*", 1));
    }

    private static PortBinding publish(int here, int there) {
        return new PortBinding(Ports.Binding.bindIpAndPort("127.0.0.1", here), ExposedPort.tcp(there));
    }

    private String container(Map<String, GenericContainer<?>> all, String id) {
        return all.get(id).getContainerId();
    }

    void connect(String id) {
        docker.connectToNetworkCmd()
                .withContainerId(container(containers, id))
                .withNetworkId(network.getId())
                .withContainerNetwork(new ContainerNetwork().withAliases(LinkResolver.host(id)))
                .exec();
    }

    void disconnect(String id) {
        docker.disconnectFromNetworkCmd()
                .withContainerId(container(containers, id))
                .withNetworkId(network.getId())
                .exec();
    }

    void pause(String id) {
        docker.pauseContainerCmd(container(containers, id)).exec();
    }

    void unpause(String id) {
        docker.unpauseContainerCmd(container(containers, id)).exec();
    }

    void kill(String id) {
        docker.killContainerCmd(container(containers, id)).withSignal("KILL").exec();
    }

    void startAgain(String id) {
        docker.startContainerCmd(container(containers, id)).exec();
    }

    /** Runs a command in a node's container; its exit code and what it said. */
    Container.ExecResult run(String id, String... command) throws IOException {
        try {
            return containers.get(id).execInContainer(command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    HaCluster client(String id) {
        Map<String, InetSocketAddress> links = new LinkedHashMap<>();
        ports.forEach((node, published) -> links.put(node, Loopback.at(published.node())));
        return TortureCluster.client(id, links, MapClient.TIMEOUT);
    }

    List<String> ids() {
        return IDS;
    }

    /** What a node answers; empty if it does not, soon. */
    Optional<String> ask(String id, String command) {
        try (Socket socket = new Socket()) {
            socket.connect(Loopback.at(ports.get(id).control()), ANSWER_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(("1 " + command + "\n").getBytes(StandardCharsets.UTF_8));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            return Optional.ofNullable(line).map(answer -> answer.substring(2));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    Optional<TortureProcess.Status> status(String id) {
        return ask(id, "status").map(TortureProcess.Status::parse);
    }

    /** Who says that he is master with the highest term, and is not {@code but}; empty if nobody does. */
    Optional<String> master(String but) {
        String best = null;
        long term = -1;
        for (String id : IDS) {
            Optional<TortureProcess.Status> status = id.equals(but) ? Optional.empty() : status(id);
            if (status.isPresent() && status.get().isMaster() && status.get().term() > term) {
                best = id;
                term = status.get().term();
            }
        }
        return Optional.ofNullable(best);
    }

    boolean allReady(Duration limit) throws IOException {
        return Waiting.forCondition(limit, () -> IDS.stream()
                .allMatch(
                        id -> status(id).filter(TortureProcess.Status::isReady).isPresent()));
    }

    /** What each node has applied, and what it holds. */
    List<String> states() {
        return IDS.stream()
                .map(id -> ask(id, "digest").orElse("?") + " at "
                        + status(id).map(s -> Long.toString(s.applied())).orElse("?"))
                .toList();
    }

    /** The end of each node's log, for a report. */
    String logs() {
        StringBuilder all = new StringBuilder();
        logs.forEach((id, log) -> {
            String text = String.join("", log);
            all.append("\n--- ").append(id).append('\n').append(text.substring(Math.max(0, text.length() - 3_000)));
        });
        return all.toString();
    }

    @Override
    public void close() {
        containers.values().forEach(GenericContainer::stop);
        network.close();
    }
}
