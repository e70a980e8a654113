package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether it is safe to stop a node that cannot tell by itself, over real links. */
@Timeout(60)
class AskingTheMasterTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);

    /** A master that is slow to answer. */
    private final HaCluster master = node("node-m", Map.of(), nodeId -> {
        asked.countDown();
        try {
            assertTrue(answers.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return SafeToStop.yes(nodeId, "the others have caught up");
    });

    private final HaCluster slave = node(
            "node-s",
            Map.of("node-m", master.node().advertisedAddress()),
            nodeId -> SafeToStop.ask(nodeId, "node-m", "ask node-m"));

    private static HaCluster node(String id, Map<String, Address> nodes, Function<String, SafeToStop> advice) {
        FakeFeature feature = new FakeFeature("log");
        feature.inspectable = new FakeInspectable(nodes, advice);
        return HaCluster.builder("shop")
                .node(Node.of(id).bind("127.0.0.1:0"))
                .with(feature)
                .start();
    }

    @AfterEach
    void stop() {
        answers.countDown();
        slave.stop();
        master.stop();
    }

    @Test
    void itSaysWhatTheMasterSays() throws Exception {
        answers.countDown();
        SafeToStop said = slave.safeToStop("node-s").get(20, TimeUnit.SECONDS);
        assertTrue(said.safe(), said.toString());
        assertEquals("[the others have caught up]", said.reasons().toString());
    }

    @Test
    void aQuestionThatIsUnderWayEndsWithTheNode() throws Exception {
        CompletableFuture<SafeToStop> question = slave.safeToStop("node-s");
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        slave.stop(); // by then the time-out of the question is nobody's any more
        SafeToStop said = question.get(20, TimeUnit.SECONDS);
        assertFalse(said.safe());
        assertTrue(said.reasons().toString().contains("node-m is the one who knows, and did not say"), said.toString());
    }

    @Test
    void afterTheStopNobodyIsAsked() {
        slave.stop();
        CompletableFuture<SafeToStop> late = slave.safeToStop("node-s");
        assertTrue(late.isDone());
        assertTrue(
                late.join().reasons().toString().contains("node-s is not running"),
                late.join().toString());
    }
}
