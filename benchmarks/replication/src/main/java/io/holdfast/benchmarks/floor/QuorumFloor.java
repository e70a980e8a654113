package io.holdfast.benchmarks.floor;

import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The bare quorum append: what three processes on this machine's disk and sockets can do without any protocol. Node 0
 * leads, for ever.
 */
public class QuorumFloor implements Subject {
    private @Nullable FloorLeader leader;
    private @Nullable FloorFollower follower;

    /** Whether a thread of its own forces on each slave. */
    boolean followersForceOnOwnThread() {
        return false;
    }

    /** What the leader's loop runs on a thread of its own, if anything. */
    @Nullable
    FloorSource source(FloorLeader of) {
        return null;
    }

    @Override
    public void start(NodeSettings settings) throws IOException {
        FloorFile file = new FloorFile(settings.directory().resolve("log"));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port(0, 0));
        if (settings.id() == 0) {
            lead(file, address, settings);
        } else {
            follower = new FloorFollower(connect(address), file, settings.forced(), followersForceOnOwnThread());
            daemon(follower, "floor-follow");
        }
    }

    private void lead(FloorFile file, InetSocketAddress address, NodeSettings settings) throws IOException {
        SocketChannel[] followers = new SocketChannel[settings.nodes() - 1];
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(address)) {
            for (int i = 0; i < followers.length; i++) {
                followers[i] = server.accept().setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
        }
        FloorLeader started = new FloorLeader(followers, file, settings.forced());
        leader = started;
        FloorSource source = source(started);
        if (source != null) {
            daemon(() -> run(started, source), "floor-loop");
        }
    }

    private static void run(FloorLeader leader, FloorSource source) {
        try {
            leader.run(source);
        } catch (IOException e) {
            throw new UncheckedIOException("the client notices that nothing ends any more", e);
        }
    }

    private static SocketChannel connect(InetSocketAddress address) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return SocketChannel.open(address).setOption(StandardSocketOptions.TCP_NODELAY, true);
            } catch (IOException e) {
                if (tries == 600) {
                    throw e;
                }
                LockSupport.parkNanos(50_000_000L); // the leader is on its way
            }
        }
    }

    private static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    FloorLeader leader() {
        FloorLeader started = leader;
        if (started == null) {
            throw new IllegalStateException("this node does not lead");
        }
        return started;
    }

    @Override
    public boolean isMaster() {
        return leader != null;
    }

    /** In bytes, which every node counts alike. */
    @Override
    public long applied() {
        FloorFollower following = follower;
        return following == null ? leader().written() : following.written();
    }

    @Override
    public Target open(String work) {
        throw new UnsupportedOperationException("the client is in the loop");
    }

    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws Exception {
        ClientInLoop client = new ClientInLoop(plan, measuring);
        leader().run(client);
        return client.result();
    }
}
