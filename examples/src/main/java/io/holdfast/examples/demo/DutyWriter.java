package io.holdfast.examples.demo;

import io.holdfast.core.Grant;
import io.holdfast.examples.demo.NodeEvent.Kind;
import io.holdfast.examples.store.OutsideStore;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What only the master may do: several times a second it looks at its grant, and writes to the store outside by the
 * grant's token. {@link #begin} and {@link #end} are the node's {@code onMaster} and {@code onSlave}, which are called one
 * after the other.
 */
final class DutyWriter {
    /** Hears what has happened, from any thread. */
    interface Listener {
        void happened(Kind kind, long token, String text);
    }

    private static final long PAUSE_MILLIS = 150;
    /** The longest that it stands between look and write if nobody tells it to go on. */
    private static final long DAWDLE_SECONDS = 20;

    private final String node;
    private final String address;
    private final Listener listener;
    private volatile @Nullable CountDownLatch dawdle;
    private @Nullable Shift shift;

    DutyWriter(String node, String address, Listener listener) {
        this.node = node;
        this.address = address;
        this.listener = listener;
    }

    /** {@code onMaster}: begins to write, on a thread of its own. */
    void begin(Grant grant) {
        long token = grant.token().value();
        listener.happened(Kind.ON_MASTER, token, "");
        Shift begun = new Shift(grant);
        shift = begun;
        begun.thread.start();
        listener.happened(Kind.ON_MASTER_RETURNED, token, "");
    }

    /** {@code onSlave}: stops that, and returns when it is over. */
    void end(String reason) {
        Shift ending = shift;
        if (ending == null) {
            return;
        }
        listener.happened(Kind.ON_SLAVE, ending.token, reason);
        ending.stop();
        shift = null;
        listener.happened(Kind.ON_SLAVE_RETURNED, ending.token, reason);
    }

    /** Between the next look at the grant and the write that follows it, stand still until {@link #goOn()}. */
    void dawdle() {
        dawdle = new CountDownLatch(1);
    }

    /** Write, whatever the grant may be by now. */
    void goOn() {
        CountDownLatch waited = dawdle;
        if (waited != null) {
            waited.countDown();
        }
    }

    /** From one {@code onMaster} to its {@code onSlave}. */
    private final class Shift {
        private final Grant grant;
        private final long token;
        private final CountDownLatch over = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Thread thread;

        Shift(Grant grant) {
            this.grant = grant;
            this.token = grant.token().value();
            this.thread = new Thread(this::run, "duty");
            thread.setDaemon(true);
        }

        void stop() {
            over.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void run() {
            try {
                while (!isDone() && !isOver()) {
                    // The store gave no answer: connected to anew, while the duty lasts.
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it; it would be a wish to end.
            } finally {
                ended.countDown();
            }
        }

        private boolean isDone() throws InterruptedException {
            try (OutsideStore store = OutsideStore.connect(address)) {
                writeTo(store);
                return true;
            } catch (IOException e) {
                listener.happened(Kind.STORE_FAILED, token, e.toString());
                return false;
            }
        }

        private void writeTo(OutsideStore store) throws IOException, InterruptedException {
            boolean first = true;
            while (first || !isOver()) {
                first = false;
                if (!grant.isValid()) {
                    continue;
                }
                CountDownLatch stand = dawdle;
                if (stand != null) {
                    listener.happened(Kind.LOOKED, token, "");
                    boolean told = stand.await(DAWDLE_SECONDS, TimeUnit.SECONDS);
                    dawdle = null;
                    if (!told) {
                        continue;
                    }
                }
                OutsideStore.Answer answer = store.write(node, token);
                if (!answer.accepted()) {
                    // Whoever has the larger token is at work; this one has nothing to do any more.
                    listener.happened(Kind.REFUSED, token, "the store has seen token " + answer.fence());
                    return;
                }
                listener.happened(Kind.WROTE, token, "counter " + answer.counter());
            }
        }

        /** Waits for the next write's moment; true if there is none. */
        private boolean isOver() throws InterruptedException {
            return over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
