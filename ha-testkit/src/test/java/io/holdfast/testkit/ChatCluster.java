package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.core.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Five nodes that dial each other, chat, and write what they hear to their disks: something to let a storm loose on. */
final class ChatCluster {
    private static final Path DIRECTORY = Path.of("/chat");
    private static final long PERIOD_NANOS = 10_000_000;

    final Simulation simulation;
    private final List<String> ids = List.of("a", "b", "c", "d", "e");
    private final Map<String, Chatter> chatters = new TreeMap<>();

    ChatCluster(long seed) {
        simulation = new Simulation(seed);
        ids.forEach(id -> start(simulation.node(id)));
    }

    FaultSchedule schedule(FaultSettings settings) {
        return new FaultSchedule(simulation, List.copyOf(simulation.nodes()), settings, this::start);
    }

    private void start(SimulatedNode node) {
        Chatter chatter = new Chatter(node.id(), node.runtime());
        chatters.put(node.id(), chatter);
        chatter.start();
    }

    long down() {
        return ids.stream().filter(id -> !simulation.node(id).running()).count();
    }

    /** Whether each node hears each other one from now on within a limit. */
    boolean allTalk(Duration limit) {
        chatters.values().forEach(chatter -> chatter.heard.clear());
        return simulation.runUntil(
                () -> chatters.size() == ids.size()
                        && chatters.values().stream().allMatch(chatter -> chatter.heard.size() == ids.size() - 1),
                limit);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        chatters.forEach((id, chatter) ->
                text.append(id).append(chatter.heard).append(chatter.written).append(' '));
        return text.toString();
    }

    private final class Chatter {
        private final String id;
        private final NodeRuntime runtime;
        private final Worker worker;
        final Map<String, Integer> heard = new TreeMap<>();
        private final List<Peer> peers = new ArrayList<>();
        private @Nullable StorageFile file;
        private long written;

        Chatter(String id, NodeRuntime runtime) {
            this.id = id;
            this.runtime = runtime;
            this.worker = runtime.newWorker("disk");
        }

        void start() {
            try {
                runtime.storage().createDirectories(DIRECTORY);
                Path path = DIRECTORY.resolve("heard");
                boolean exists = runtime.storage().exists(path);
                file = runtime.storage().open(path, exists ? OpenMode.READ_WRITE : OpenMode.CREATE);
                written = file.size();
                runtime.transport().listen(new Address(id, 7400), remote -> new Ear());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            for (String other : ids) {
                if (!other.equals(id)) {
                    Peer peer = new Peer(other);
                    peers.add(peer);
                    runtime.loop().execute(peer::dial);
                }
            }
            tick();
        }

        private void tick() {
            peers.forEach(Peer::talk);
            runtime.loop().schedule(PERIOD_NANOS + runtime.random().nextLong(PERIOD_NANOS), this::tick);
        }

        private void hear(String from) {
            heard.merge(from, 1, Integer::sum);
            try {
                if (file != null) {
                    file.write(ByteBuffer.wrap(new byte[] {(byte) from.charAt(0)}), written++);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            worker.execute(() -> {
                try {
                    if (file != null) {
                        file.force();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        private final class Ear implements ConnectionHandler {
            @Override
            public void opened(Connection connection) {}

            @Override
            public void received(Connection connection, ByteBuf frame) {
                hear(String.valueOf((char) frame.getByte(frame.readerIndex())));
            }

            @Override
            public void closed(CloseReason reason, String detail) {}
        }

        private final class Peer implements ConnectionHandler {
            private final String other;
            private @Nullable Connection connection;

            Peer(String other) {
                this.other = other;
            }

            void dial() {
                runtime.resolver().resolve(new Address(other, 7400), (addresses, problem) -> runtime.transport()
                        .connect(addresses.get(0), this));
            }

            void talk() {
                if (connection != null) {
                    connection.send(Lane.BULK, Unpooled.wrappedBuffer(new byte[] {(byte) id.charAt(0), 1, 2}));
                    connection.flush();
                }
            }

            @Override
            public void opened(Connection opened) {
                connection = opened;
            }

            @Override
            public void received(Connection from, ByteBuf frame) {}

            @Override
            public void closed(CloseReason reason, String detail) {
                connection = null;
                runtime.loop().schedule(50_000_000, this::dial);
            }
        }
    }
}
