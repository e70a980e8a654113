package io.holdfast.replication.node;

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
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What parts of a node run in, in one thread: time passes when the test says so, and links are what the test makes of them. */
final class NodeHost implements FeatureContext, NodeRuntime, EventLoop, Links, Clock {
    private final TreeMap<Long, Runnable> tasks = new TreeMap<>();
    private final Map<String, Dialled> dialled = new LinkedHashMap<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable Acceptor acceptor;

    @Nullable
    Membership membership;

    private long nanos;

    /** What is dialled at {@code node@address} at this moment. */
    Dialled at(String target) {
        Dialled found = dialled.get(target);
        if (found == null) {
            throw new IllegalStateException(target + " is not dialled: " + dialled.keySet());
        }
        return found;
    }

    boolean isDialled(String target) {
        return dialled.containsKey(target);
    }

    int dialledCount() {
        return dialled.size();
    }

    /** A link that somebody else has opened. */
    LinkListener accepted(Peer peer) {
        Acceptor takes = acceptor;
        if (takes == null) {
            throw new IllegalStateException("nobody takes links");
        }
        return takes.accept(peer);
    }

    /** Lets time pass, and runs what is due. */
    void pass(long millis) {
        long end = nanos + millis * 1_000_000;
        while (!tasks.isEmpty() && tasks.firstKey() >> 20 <= end) {
            Map.Entry<Long, Runnable> next = Objects.requireNonNull(tasks.pollFirstEntry());
            nanos = Math.max(nanos, next.getKey() >> 20);
            next.getValue().run();
        }
        nanos = end;
    }

    /** A link that this node keeps, and what stands of it. */
    final class Dialled implements OutboundLink, Link {
        private final String target;
        private final Address address;
        private final LinkListener listener;
        private Peer peer = new Peer("", true, new UUID(0, 0));
        private boolean up;

        private Dialled(String target, Address address, LinkListener listener) {
            this.target = target;
            this.address = address;
            this.listener = listener;
        }

        void up(Peer who) {
            up = true;
            peer = who;
            listener.up(this);
        }

        void hears(ByteBuf frame) {
            listener.received(this, frame);
            frame.release();
        }

        void down() {
            up = false;
            listener.down(this, CloseReason.REMOTE, "the test");
        }

        void refused() {
            listener.dialFailed(CloseReason.REFUSED, "the test");
        }

        @Override
        public Peer peer() {
            return peer;
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            frame.release();
            return up;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {
            down();
        }

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
            dialled.remove(target, this);
        }
    }

    @Override
    public OutboundLink dial(
            Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener) {
        String target = expectedNodeId + "@" + address;
        Dialled made = new Dialled(target, address, listener);
        dialled.put(target, made);
        return made;
    }

    @Override
    public void identify(UUID clusterId, UUID diskId) {}

    @Override
    public void accept(Protocol protocol, Acceptor taking) {
        acceptor = taking;
    }

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
        schedule(0, task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        long key = (nanos + delayNanos) << 20;
        while (tasks.containsKey(key)) {
            key++;
        }
        tasks.put(key, task);
        return () -> tasks.values().remove(task);
    }

    @Override
    public void run(Runnable task) {
        task.run();
    }

    @Override
    public boolean inEventLoop() {
        return true;
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
        return Node.of("a").bind("a:1");
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
        return membership;
    }

    @Override
    public Executor callbacks() {
        return Runnable::run;
    }

    @Override
    public void callBack(Runnable next, int times) {
        for (int i = 0; i < times; i++) {
            next.run();
        }
    }

    @Override
    public MeterRegistry meters() {
        return meters;
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
