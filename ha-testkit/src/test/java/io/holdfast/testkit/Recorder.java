package io.holdfast.testkit;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.NodeRuntime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A handler that keeps everything it hears, as text, in order. */
final class Recorder implements ConnectionHandler {
    final List<String> heard = new ArrayList<>();
    final List<Long> times = new ArrayList<>();

    @Nullable
    Connection connection;

    @Nullable
    BiConsumer<Connection, ByteBuf> onFrame;

    private final NodeRuntime runtime;

    Recorder(NodeRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public void opened(Connection opened) {
        connection = opened;
        hear("opened");
    }

    @Override
    public void received(Connection from, ByteBuf frame) {
        hear(frame.toString(StandardCharsets.UTF_8));
        if (onFrame != null) {
            onFrame.accept(from, frame);
        }
    }

    @Override
    public void receivedAll(Connection from) {
        hear("all");
    }

    @Override
    public void writable(Connection which) {
        hear("writable");
    }

    @Override
    public void closed(CloseReason reason, String detail) {
        hear("closed " + reason);
    }

    private void hear(String what) {
        if (!runtime.loop().inEventLoop()) {
            throw new IllegalStateException("heard " + what + " outside the loop");
        }
        heard.add(what);
        times.add(runtime.clock().nanoTime());
    }

    /** Without the marks of series. */
    List<String> frames() {
        return heard.stream().filter(what -> what.startsWith("f")).toList();
    }

    boolean has(String what) {
        return heard.contains(what);
    }

    Connection connection() {
        if (connection == null) {
            throw new AssertionError("not opened; heard " + heard);
        }
        return connection;
    }

    void send(String text) {
        send(Lane.BULK, text);
        connection().flush();
    }

    boolean send(Lane lane, String text) {
        return connection().send(lane, ByteBufUtil.writeUtf8(io.netty.buffer.UnpooledByteBufAllocator.DEFAULT, text));
    }

    static ByteBuf zeros(int bytes) {
        return Unpooled.buffer(bytes).writeZero(bytes);
    }

    /** A node that listens at port 7400 of itself and keeps the handlers of what it accepted. */
    static List<Recorder> listen(NodeRuntime runtime, String host) {
        List<Recorder> accepted = new ArrayList<>();
        try {
            runtime.transport().listen(new Address(host, 7400), remote -> {
                Recorder made = new Recorder(runtime);
                accepted.add(made);
                return made;
            });
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
        return accepted;
    }

    static Recorder dial(Simulation simulation, NodeRuntime from, String host) {
        Recorder made = new Recorder(from);
        from.loop().run(() -> from.resolver().resolve(new Address(host, 7400), (addresses, problem) -> {
            if (addresses.isEmpty()) {
                throw new AssertionError(problem);
            }
            InetSocketAddress target = addresses.get(0);
            from.transport().connect(target, made);
        }));
        return made;
    }
}
