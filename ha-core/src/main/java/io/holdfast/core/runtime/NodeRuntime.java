package io.holdfast.core.runtime;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Everything of the outside world that a node may touch: time, threads, sockets, names, files and chance.
 *
 * <p>Protocol code is a deterministic state machine that sees none of these; only the driver beside it does, and only
 * through this interface. In production each seam has its real form (Netty, {@code FileChannel}); in the simulator all
 * nodes share one virtual scheduler, and a whole cluster replays exactly from one seed.
 *
 * <p>A runtime belongs to one node. Unless a method says otherwise, its parts are called on the node's {@link
 * #loop() loop}, and call back there.
 */
public interface NodeRuntime extends AutoCloseable {

    /** The node's clock. Safe from any thread. */
    Clock clock();

    /** The one thread on which the node's protocols run and its sockets are served. Safe from any thread. */
    EventLoop loop();

    /**
     * Makes a thread of its own for work that blocks, such as forcing a file. It may begin with the first task.
     *
     * @param name what the thread is for, one word; it becomes part of the thread's name
     */
    Worker newWorker(String name);

    /** Connections to other nodes. */
    Transport transport();

    /** Datagrams to and from other nodes. */
    default Datagrams datagrams() {
        return Datagrams.none();
    }

    /** Names to addresses. */
    Resolver resolver();

    /** Files. */
    Storage storage();

    /**
     * Chance: unpredictable in production, drawn from the seed in the simulator. Used for identities and to seed the
     * generators of protocol cores. Safe from any thread.
     */
    RandomGenerator random();

    /** Memory for frames and batches: pooled in production, the garbage collector's in the simulator. */
    default ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    /**
     * Says what to do when a task or a callback throws: the node cannot know what state it was left in, so it stops.
     * The handler runs on the thread that failed. Set once, before the loop is given work.
     */
    void onFailure(Consumer<Throwable> handler);

    /** Closes every connection, stops the workers and then the loop; waits for them, but not for ever. Idempotent. */
    @Override
    void close();
}
