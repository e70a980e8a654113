package io.holdfast.autoscale.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAllowedException;
import io.holdfast.core.NotAvailableException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NodeSideTest {
    private final HandNode host = new HandNode();
    private final OpenAnswers open = new OpenAnswers(HandNode.ID, host.runtime);
    private final HandRuntime.HandWorker worker = host.runtime.worker("scaling-load");
    private Optional<FencingToken> announced = Optional.of(new FencingToken(7));
    private final NodeSide side =
            new NodeSide(HandNode.ID, () -> host, host.runtime, worker, () -> 3, () -> announced, open);

    private CompletableFuture<Map<String, Object>> drain(String token) {
        CompletionStage<Map<String, Object>> answer = side.drain(Map.of("token", token));
        host.runtime.run();
        return answer.toCompletableFuture();
    }

    private Map<String, Object> leave() {
        return side.leave(Map.of("token", "7")).toCompletableFuture().join();
    }

    private static Throwable failure(CompletionStage<?> answer) {
        return assertThrows(CompletionException.class, () -> answer.toCompletableFuture()
                        .join())
                .getCause();
    }

    @Test
    void itDrainsAndSaysHowManyRequestsItHas() {
        assertEquals(
                Map.of("draining", true, "forMillis", 0L, "inFlight", 3.0),
                drain("7").join());
        assertTrue(host.draining);
        host.runtime.seconds(4);
        assertEquals(4000L, drain("7").join().get("forMillis"));
    }

    @Test
    void aSourceThatHangsHoldsUpNoCommand() {
        worker.hangs = true;
        CompletableFuture<Map<String, Object>> first = drain("7");
        CompletableFuture<Map<String, Object>> second = drain("7");
        assertTrue(host.draining, "it drains at once");
        assertEquals(true, leave().get("leaving"));
        assertEquals(1, worker.tasks.size());
        assertFalse(first.isDone());
        host.runtime.seconds(2);
        assertEquals(-1.0, first.join().get("inFlight"));
        assertEquals(-1.0, second.join().get("inFlight"));

        CompletableFuture<Map<String, Object>> last = drain("7");
        open.close();
        assertInstanceOf(NotAvailableException.class, failure(last));
    }

    @Test
    void aTokenThatNoMasterHasIsRefusedAndNotRemembered() {
        assertInstanceOf(NotAvailableException.class, failure(drain("9223372036854775807")));
        assertFalse(host.draining);
        assertTrue(drain("7").join().containsKey("draining"));
        announced = Optional.of(new FencingToken(8));
        assertTrue(drain("8").join().containsKey("draining"), "it has heard of the next one by now");
        assertInstanceOf(NotAllowedException.class, failure(drain("7")));
        announced = Optional.empty();
        assertTrue(drain("9").join().containsKey("draining"), "nothing here knows of masters");
    }

    @Test
    void whatIsNoTokenIsRefused() {
        assertInstanceOf(IllegalArgumentException.class, failure(drain("nine")));
        assertInstanceOf(IllegalArgumentException.class, failure(side.leave(Map.of())));
    }

    @Test
    void aNodeThatCannotLeaveNowMayBeAskedAgain() {
        drain("7").join();
        host.leaveFails = new IllegalStateException("it is not running");
        assertInstanceOf(IllegalStateException.class, failure(side.leave(Map.of("token", "7"))));
        assertEquals(0, host.left);
        host.leaveFails = null;
        assertEquals(true, leave().get("leaving"));
        assertEquals(1, host.left);
        assertEquals(true, leave().get("leaving"));
        assertEquals(1, host.left, "it leaves once");
    }
}
