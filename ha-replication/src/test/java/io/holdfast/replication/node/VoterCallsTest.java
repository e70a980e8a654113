package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.VoterChange;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.node.VoterAnswer.Outcome;
import io.holdfast.replication.raft.ShapeChange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What waits at a node that is part of no cluster yet. */
class VoterCallsTest {
    private final NodeHost host = new NodeHost();
    private final VoterCalls calls = new VoterCalls(host, () -> null);

    private CompletableFuture<VoterChange> change() {
        return calls.change(ShapeChange.add("b"), null, Duration.ofMinutes(1), false, "a test");
    }

    private static Throwable failure(CompletableFuture<?> future) {
        CompletionException thrown = assertThrows(CompletionException.class, future::join);
        Throwable cause = thrown.getCause();
        return cause == null ? thrown : cause;
    }

    @Test
    void aListThatWaitsWhenTheNodeStopsComes() {
        CompletableFuture<VoterList> list = calls.list();
        assertFalse(list.isDone());
        calls.stop(); // the loop ends, and runs nothing more
        assertTrue(list.isDone());
        assertEquals(List.of(), list.join().members());
        CompletableFuture<VoterList> later = calls.list();
        assertTrue(later.isDone());
        assertEquals(List.of(), later.join().members());
    }

    @Test
    void whoeverWaitsANodeThatLeavesFindsRoom() {
        List<CompletableFuture<VoterChange>> waiting =
                Stream.generate(this::change).limit(64).toList();
        CompletableFuture<VoterChange> oneMore = change();
        assertTrue(oneMore.isDone());
        assertInstanceOf(NotAvailableException.class, failure(oneMore));
        CompletableFuture<Void> leaving = calls.leave(Duration.ofMinutes(1)).toCompletableFuture();
        host.pass(1_000);
        assertFalse(leaving.isDone(), "it waits for a master");
        waiting.forEach(each -> assertFalse(each.isDone()));
        calls.stop();
        assertInstanceOf(NotAvailableException.class, failure(leaving));
        waiting.forEach(each -> assertTrue(each.isCompletedExceptionally()));
    }

    /** The one that was asked before may have begun it, and its log may be the one that lasts. */
    @Test
    void whatAnotherMasterMayHaveBegunIsNotSaidToBeUndone() {
        assertEquals(Outcome.UNKNOWN, afterAnother(Outcome.NOT_YET));
        assertEquals(Outcome.DONE, afterAnother(Outcome.ALREADY));
        assertEquals(Outcome.REFUSED, afterAnother(Outcome.REFUSED)); // of one that has committed an entry of its own
    }

    private static Outcome afterAnother(Outcome said) {
        return new VoterAnswer(said, "", List.of(), 7).afterAnother().outcome();
    }

    @Test
    void whoWantsItIsInOneLineOfALog() {
        assertEquals("eve?WARN all is well", VoterCalls.by(Map.of("by", "eve\nWARN all is well")));
        assertEquals(160, VoterCalls.by(Map.of("by", "x".repeat(1_000))).length());
        assertEquals("an operator", VoterCalls.by(Map.of()));
    }
}
