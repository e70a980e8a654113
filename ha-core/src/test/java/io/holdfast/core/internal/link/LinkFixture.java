package io.holdfast.core.internal.link;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Two nodes, node-1 and node-2, of one cluster; node-2 serves the protocol and notes what happens. */
final class LinkFixture {
    static final Protocol PROTOCOL = new Protocol(7, "test");
    static final UUID ONE = new UUID(1, 1);
    static final UUID TWO = new UUID(2, 2);

    final MemoryWorld world = new MemoryWorld();
    final MemoryRuntime runtime1 = world.runtime("host-1");
    final MemoryRuntime runtime2 = world.runtime("host-2");
    final NodeLinks links1 = new NodeLinks(runtime1, "shop", "node-1", true);
    final NodeLinks links2;
    final Recorder dialled = new Recorder();
    final Recorder accepted = new Recorder();

    LinkFixture() {
        this("shop");
    }

    LinkFixture(String clusterOfNode2) {
        links2 = new NodeLinks(runtime2, clusterOfNode2, "node-2", true);
        links1.begin();
    }

    /** Node-2 serves and listens at host-2:7400. */
    LinkFixture serving() {
        links2.accept(PROTOCOL, peer -> accepted);
        return listening();
    }

    LinkFixture listening() {
        listen(runtime2, links2, "host-2:7400");
        links2.begin();
        return this;
    }

    static void listen(MemoryRuntime runtime, NodeLinks links, String address) {
        try {
            runtime.listen(Address.parse(address), links.transportAcceptor());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Dialer dial(@Nullable String expected) {
        return dial(expected, "host-2:7400");
    }

    Dialer dial(@Nullable String expected, String address) {
        return (Dialer) links1.dial(PROTOCOL, expected, Address.parse(address), dialled);
    }

    /** The pauses between the latest dials, in milliseconds. */
    List<Long> pausesMillis() {
        List<Long> pauses = new ArrayList<>();
        List<Long> times = runtime1.dialTimes();
        for (int i = 1; i < times.size(); i++) {
            pauses.add((times.get(i) - times.get(i - 1)) / 1_000_000);
        }
        return pauses;
    }

    void runFor(Duration duration) {
        world.runFor(duration);
    }

    /** A far end that speaks bytes and no handshake. */
    final class Raw implements ConnectionHandler {
        final List<byte[]> received = new ArrayList<>();
        final MemoryRuntime runtime;

        @Nullable
        Connection connection;

        @Nullable
        String closed;

        Raw(String host) {
            runtime = world.runtime(host);
        }

        Raw connected() {
            runtime.connect(world.address("host-2", 7400), this);
            world.settle();
            return this;
        }

        void send(byte[] bytes) {
            send(Unpooled.wrappedBuffer(bytes));
        }

        void send(ByteBuf frame) {
            Connection to = connection;
            if (to == null) {
                throw new IllegalStateException("not connected");
            }
            to.send(Lane.URGENT, frame);
            to.flush();
            world.settle();
        }

        @Override
        public void opened(Connection opened) {
            connection = opened;
        }

        @Override
        public void received(Connection from, ByteBuf frame) {
            byte[] bytes = new byte[frame.readableBytes()];
            frame.readBytes(bytes);
            received.add(bytes);
        }

        @Override
        public void closed(CloseReason reason, String detail) {
            closed = reason.toString();
        }
    }
}
