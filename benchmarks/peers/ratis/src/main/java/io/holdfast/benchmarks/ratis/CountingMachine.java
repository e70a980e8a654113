package io.holdfast.benchmarks.ratis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/** Counts what is applied. */
final class CountingMachine extends BaseStateMachine {
    private final AtomicLong count = new AtomicLong();

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        updateLastAppliedTermIndex(TermIndex.valueOf(transaction.getLogEntry()));
        count.incrementAndGet();
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    long count() {
        return count.get();
    }
}
