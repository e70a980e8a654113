package io.holdfast.examples;

import io.holdfast.core.FencingToken;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LockGrant;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.Semaphore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A lock on three nodes, and a store that checks its tokens; the master stops meanwhile. Then a semaphore, which lets so many
 * in at once.
 */
public final class FencedLockExample {
    private FencedLockExample() {}

    /** What the lock protects: it remembers the largest token that it has seen, and refuses smaller ones. */
    private static final class Store {
        private FencingToken largest = new FencingToken(0);

        synchronized boolean write(String what, FencingToken token, PrintStream out) {
            boolean accepted = token.compareTo(largest) >= 0;
            largest = accepted ? token : largest;
            out.println(what + (accepted ? ": written" : ": refused, the token is old"));
            return accepted;
        }
    }

    /** Runs the example in a directory of its own, which stays. */
    public static void main(String[] args) throws IOException, InterruptedException {
        run(Files.createTempDirectory("holdfast-lock-"), System.out);
    }

    static void run(Path directory, PrintStream out) throws IOException, InterruptedException {
        try (ThreeNodes three = ThreeNodes.start(directory, log -> log)) {
            Store store = new Store();
            String master = ReplicatedLog.in(three.node(1)).status().master();
            FencedLock lock = FencedLock.in(three.node(master.equals("node-1") ? 2 : 1), "orders");
            FencedLock elsewhere = FencedLock.in(three.node(master.equals("node-3") ? 2 : 3), "orders");

            FencingToken old;
            lock.lock();
            try {
                old = lock.token();
                store.write("first", old, out);
                three.node(master).close();
                out.println("the master has stopped");
                out.println("still valid: " + lock.isValid());
                Optional<LockGrant> other = elsewhere.acquire(Duration.ofMillis(100));
                out.println("somebody else has it: " + other.isPresent());
            } finally {
                lock.unlock(); // throws LockLostException if it was lost meanwhile
            }

            try (LockGrant grant = elsewhere.acquire(Duration.ofSeconds(30)).orElseThrow()) {
                store.write("second", grant.token(), out);
                // Somebody who was stopped while he had the lock, and does not know yet:
                store.write("a late one", old, out);
            }

            Semaphore exports = Semaphore.in(three.node(master.equals("node-1") ? 2 : 1), "exports", 2);
            try (LockGrant one = exports.acquire(1);
                    LockGrant two = exports.acquire(1)) {
                out.println("exporting: " + (one.permits() + two.permits()));
                out.println("a third one: " + exports.tryAcquire(1).isPresent());
            }
        }
    }
}
