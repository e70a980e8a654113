package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.HeldEngines;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the closing thread waits for a running task is what the time-out would tell: nothing else releases the task. */
@Timeout(60)
class PatientEngineTest {
    private static final int ROUNDS = 5_000;

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final HeldEngines engines = new HeldEngines(authority, authority.issue(Order.of("x", "node-1")));
    private final PatientEngine engine = new PatientEngine(engines.accepting());

    @BeforeEach
    void hear() throws Exception {
        engines.hold();
        engine.unwrap(ByteBuffer.wrap(engines.clientHello()), ByteBuffer.allocate(1 << 16));
        assertEquals(HandshakeStatus.NEED_TASK, engine.getHandshakeStatus());
    }

    @AfterEach
    void release() {
        engines.release();
    }

    private Thread running() throws InterruptedException {
        Runnable task = engine.getDelegatedTask();
        assertNotNull(task);
        Thread thread = new Thread(task, "task-of-test");
        thread.start();
        engines.awaitHeld(1);
        return thread;
    }

    @Test
    void closingDoesNotWaitForATaskThatRuns() throws Exception {
        Thread task = running();
        engine.closeOutbound();
        engine.closeOutbound();
        engine.closeInbound();
        assertEquals(HandshakeStatus.NEED_TASK, engine.getHandshakeStatus());
        assertFalse(engine.isOutboundDone());
        assertFalse(engine.isInboundDone());
        assertNull(engine.getDelegatedTask(), "one at a time");
        engines.release();
        task.join();
        assertNull(engine.getDelegatedTask(), "it is closed");
        assertEquals(HandshakeStatus.NEED_WRAP, engine.getHandshakeStatus(), "it says farewell");
        while (!engine.isOutboundDone()) {
            engine.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(1 << 16));
        }
    }

    @Test
    void aTaskThatHasNotBegunIsNotRunForAClosedEngine() {
        engine.closeOutbound();
        assertNull(engine.getDelegatedTask());
        assertEquals(0, engines.held());
    }

    /** The worker looks for tasks, of which there is none, while the loop closes. */
    @Test
    void noCloseIsLostWhereATaskBeginsOrEndsMeanwhile() throws Exception {
        AtomicReference<PatientEngine> looksAt = new AtomicReference<>();
        AtomicBoolean closed = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        Thread worker = new Thread(
                () -> {
                    while (!over.get()) {
                        PatientEngine one = looksAt.get();
                        if (one != null) {
                            do {
                                one.getDelegatedTask();
                            } while (!closed.get());
                            looksAt.set(null);
                        }
                    }
                },
                "worker-of-test");
        worker.start();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                PatientEngine one = new PatientEngine(engines.dialling());
                closed.set(false);
                looksAt.set(one);
                one.closeOutbound();
                closed.set(true);
                while (looksAt.get() != null) {
                    Thread.onSpinWait();
                }
                assertTrue(one.isOutboundDone(), "lost in round " + round);
            }
        } finally {
            over.set(true);
            closed.set(true);
            worker.join();
        }
    }

    @Test
    void withoutACloseTheHandshakeGoesOn() throws Exception {
        Thread task = running();
        engines.release();
        task.join();
        assertTrue(engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
        assertFalse(engine.isOutboundDone());
        assertTrue(engine.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(1 << 16))
                        .bytesProduced()
                > 0);
    }
}
