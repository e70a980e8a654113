package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.load.Window;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Messages there and back over TCP between two processes: node 0 asks, node 1 echoes. */
public final class PingPong implements Subject {
    private static final int BUFFER = 1 << 20;

    private @Nullable InetSocketAddress echo;

    @Override
    public void start(NodeSettings settings) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port(1, 0));
        if (settings.id() == 0) {
            echo = address;
            return;
        }
        ServerSocketChannel server = ServerSocketChannel.open().bind(address);
        Thread thread = new Thread(() -> echo(server), "echo");
        thread.setDaemon(true);
        thread.start();
    }

    private static void echo(ServerSocketChannel server) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER);
        try {
            while (true) {
                try (SocketChannel channel = server.accept()) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    while (channel.read(bytes.clear()) > 0) {
                        writeAll(channel, bytes.flip());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the run notices that no answer comes", e);
        }
    }

    private static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public boolean isMaster() {
        return echo != null;
    }

    @Override
    public long applied() {
        return 0;
    }

    @Override
    public Target open(String work) {
        throw new UnsupportedOperationException("the client is the loop");
    }

    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws IOException {
        InetSocketAddress address = echo;
        if (address == null) {
            throw new IllegalStateException("this node echoes");
        }
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return load(channel, plan, measuring);
        }
    }

    private static LoadResult load(SocketChannel channel, LoadPlan plan, Runnable measuring) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER);
        long[] starts = new long[plan.window()];
        Window window = new Window(System.nanoTime(), plan);
        boolean measured = false;
        int free = plan.window();
        long sent = 0;
        long answered = 0;
        long part = 0;
        for (long now = System.nanoTime(); !window.isOver(now); now = System.nanoTime()) {
            if (!measured && window.hasBegun(now)) {
                measured = true;
                measuring.run();
            }
            bytes.clear().limit(free * plan.bytes());
            for (; free > 0; free--) {
                starts[(int) (sent++ % plan.window())] = now;
            }
            writeAll(channel, bytes);
            if (channel.read(bytes.clear()) < 0) {
                throw new IOException("the echo has ended");
            }
            part += bytes.position();
            long at = System.nanoTime();
            for (; part >= plan.bytes(); part -= plan.bytes()) {
                window.succeeded(starts[(int) (answered++ % plan.window())], at, 1);
                free++;
            }
        }
        return window.result();
    }
}
