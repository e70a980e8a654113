package io.holdfast.integrations.election.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between one node and a server on the loopback interface, and holds back what the server says, for ever or for a while;
 * connections stay open, as they do behind a switch that has died.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 8192;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition healed = lock.newCondition();
    private boolean cut;
    private long delayNanos;

    private TcpProxy(ServerSocket listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
    }

    /** One in front of that port of 127.0.0.1. */
    public static TcpProxy to(int target) throws IOException {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
    }

    /** One in front of that address. */
    public static TcpProxy to(InetSocketAddress target) throws IOException {
        TcpProxy proxy = new TcpProxy(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), target);
        proxy.spawn(proxy::accept);
        return proxy;
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Nothing passes any more, in either direction. */
    public void cut() {
        set(true, 0);
    }

    /** Everything passes, also what was held back. */
    public void heal() {
        set(false, 0);
    }

    /** What the server says passes so much later. */
    public void delay(long nanos) {
        set(false, nanos);
    }

    /** Every connection ends; new ones may be made. */
    public void drop() {
        sockets.forEach(this::close);
    }

    private void set(boolean isCut, long nanos) {
        lock.lock();
        try {
            cut = isCut;
            delayNanos = nanos;
            healed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void spawn(Runnable work) {
        Thread thread = new Thread(work, "proxy-" + listener.getLocalPort());
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                spawn(() -> connect(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        sockets.add(server);
        try {
            server.connect(target, 1_000);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            spawn(() -> copy(client, server, false));
            spawn(() -> copy(server, client, true));
        } catch (IOException e) {
            close(client);
            close(server);
        }
    }

    /** Some bytes, and when they came; none at the end. */
    private record Piece(byte[] bytes, long atNanos) {}

    /** One thread reads and another writes: what is delayed comes later, but not slower. */
    private void copy(Socket from, Socket to, boolean answers) {
        BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(1_024);
        spawn(() -> write(pieces, from, to, answers));
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = from.getInputStream()) {
            int read = in.read(buffer);
            while (read > 0) {
                pieces.put(new Piece(Arrays.copyOf(buffer, read), System.nanoTime()));
                read = in.read(buffer);
            }
        } catch (IOException | InterruptedException e) {
            // that side has ended, so the other does
        }
        if (!pieces.offer(new Piece(new byte[0], System.nanoTime()))) {
            close(from);
            close(to);
        }
    }

    private void write(BlockingQueue<Piece> pieces, Socket from, Socket to, boolean answers) {
        try (OutputStream out = to.getOutputStream()) {
            Piece piece = pieces.take();
            while (piece.bytes().length > 0) {
                pass(answers, piece.atNanos());
                out.write(piece.bytes());
                out.flush();
                piece = pieces.take();
            }
        } catch (IOException | InterruptedException e) {
            // one side has ended, so the other does
        } finally {
            close(from);
            close(to);
        }
    }

    private void pass(boolean answers, long atNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = answers ? atNanos + delayNanos - System.nanoTime() : 0;
            while (left > 0) {
                left = healed.awaitNanos(left);
            }
            while (cut) {
                healed.await(1, TimeUnit.SECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() {
        heal();
        try {
            listener.close();
        } catch (IOException e) {
            // it is gone
        }
        sockets.forEach(this::close);
    }
}
