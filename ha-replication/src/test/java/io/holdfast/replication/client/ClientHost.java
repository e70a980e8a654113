package io.holdfast.replication.client;

import io.holdfast.core.Address;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Node;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.Seal;
import io.holdfast.replication.wire.ClientCodec;
import io.holdfast.replication.wire.ClientMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a {@link LogClient} runs in, in one thread: a loop whose turns the test takes, and links that the test makes. */
final class ClientHost implements FeatureContext, NodeRuntime, EventLoop, Links, Clock {
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final Map<String, Dialled> dialled = new LinkedHashMap<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Runnable> callbacks = new ArrayList<>();
    private boolean inTurn;
    private long nanos;

    /** What the client dials at an address, and the link that the test makes of it. */
    Dialled at(String address) {
        Dialled found = dialled.get(address);
        if (found == null) {
            throw new IllegalStateException(address + " has not been dialled: " + dialled.keySet());
        }
        return found;
    }

    /** Does what the loop is to do, timers aside. */
    void turn() {
        inTurn = true;
        Runnable task;
        while ((task = turns.poll()) != null) {
            task.run();
        }
        inTurn = false;
    }

    /** Runs the callbacks, as their executor. */
    void callBack() {
        List<Runnable> due = List.copyOf(callbacks);
        callbacks.clear();
        due.forEach(Runnable::run);
    }

    /** A link that can stand to one node now, and to another one later. */
    final class Dialled implements OutboundLink, Link {
        private final Address address;
        private final LinkListener listener;
        private final List<ClientMessage> sent = new ArrayList<>();
        private Peer peer = new Peer("", true, new UUID(0, 0));
        private boolean up;
        /** The id that is looked for there; empty if any may be. */
        String expected = "";

        private Dialled(Address address, LinkListener listener) {
            this.address = address;
            this.listener = listener;
        }

        void up(String nodeId) {
            up = true;
            peer = new Peer(nodeId, true, new UUID(0, 0));
            listener.up(this);
        }

        void down() {
            up = false;
            listener.down(this, CloseReason.REMOTE, "the test");
        }

        void says(ClientMessage message) {
            ByteBuf frame = ClientCodec.encode(allocator(), message);
            listener.received(this, frame);
            frame.release();
        }

        /** What the client has said, of one kind, since the last call. */
        <T extends ClientMessage> List<T> heard(Class<T> kind) {
            List<T> all = sent.stream().filter(kind::isInstance).map(kind::cast).toList();
            sent.clear();
            return all;
        }

        @Override
        public Peer peer() {
            return peer;
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            if (up) {
                sent.add(ClientCodec.decode(frame));
            }
            return up;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {}

        @Override
        public @Nullable Link current() {
            return up ? this : null;
        }

        @Override
        public void dialNow() {}

        @Override
        public Address address() {
            return address;
        }

        @Override
        public void close() {
            up = false;
        }
    }

    @Override
    public OutboundLink dial(
            Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener) {
        Dialled made = new Dialled(address, listener);
        made.expected = expectedNodeId == null ? "" : expectedNodeId;
        dialled.put(address.toString(), made);
        return made;
    }

    @Override
    public void identify(UUID clusterId, UUID diskId) {}

    @Override
    public void accept(Protocol protocol, Acceptor acceptor) {}

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return 0;
    }

    @Override
    public void execute(Runnable task) {
        turns.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        return () -> {};
    }

    @Override
    public void run(Runnable task) {
        task.run();
    }

    @Override
    public boolean inEventLoop() {
        return inTurn;
    }

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public EventLoop loop() {
        return this;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public Worker newWorker(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Transport transport() {
        throw new UnsupportedOperationException("transport");
    }

    @Override
    public Resolver resolver() {
        throw new UnsupportedOperationException("resolver");
    }

    @Override
    public Storage storage() {
        throw new UnsupportedOperationException("storage");
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {}

    @Override
    public void close() {}

    @Override
    public String clusterName() {
        return "shop";
    }

    @Override
    public Node node() {
        return Node.client("client");
    }

    @Override
    public boolean standalone() {
        return false;
    }

    @Override
    public NodeRuntime runtime() {
        return this;
    }

    @Override
    public Links links() {
        return this;
    }

    @Override
    public @Nullable Membership membership() {
        return null;
    }

    @Override
    public Executor callbacks() {
        return callbacks::add;
    }

    @Override
    public void callBack(Runnable next, int times) {
        for (int i = 0; i < times; i++) {
            callbacks.add(next);
        }
    }

    @Override
    public MeterRegistry meters() {
        return new SimpleMeterRegistry();
    }

    @Override
    public void ready(boolean ready, String reason) {}

    @Override
    public void health(String subject, Health health, String detail) {}

    @Override
    public long masterStopWithinNanos() {
        return 0;
    }

    @Override
    public Health nodeHealth() {
        return Health.UP;
    }

    @Override
    public void event(HaEvent.Kind kind, String subject, String detail) {}

    @Override
    public void fail(Throwable cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public DatagramPort datagrams(Seal seal, DatagramPort.Handler handler) {
        throw new UnsupportedOperationException("there are no datagrams here");
    }

    @Override
    public Seal seal(KeyRing.@Nullable Source keys, int maxPayloadBytes) {
        throw new UnsupportedOperationException("there are no seals here");
    }
}
