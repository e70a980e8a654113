package io.holdfast.examples.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a child process is told on its standard input, a line each. {@code stop} ends it in good order; the end of the
 * input, which is how its parent's death looks, ends it on the spot.
 */
final class Orders {
    private static final int ORPHANED = 3;

    private final CountDownLatch stop = new CountDownLatch(1);

    /** Begins to listen on a daemon thread; other orders than {@code stop} are given to {@code others} there. */
    void listen(Consumer<String> others) {
        Thread thread = new Thread(() -> read(others), "orders");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(Consumer<String> others) {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("stop")) {
                    stop.countDown();
                } else {
                    others.accept(line);
                }
            }
        } catch (IOException e) {
            System.err.println("standard input failed: " + e);
        }
        // Not exit(): a shutdown hook that hangs must not keep an orphan alive.
        Runtime.getRuntime().halt(ORPHANED);
    }

    /** True once {@code stop} has been read; waits for it as long as it is told to. */
    boolean stopOrdered(long time, TimeUnit unit) throws InterruptedException {
        return stop.await(time, unit);
    }
}
