package io.holdfast.autoscale.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A log whose record a test looks at, and whose answers it holds back. */
final class HandLog implements ReplicatedState {
    Optional<RoleHolder> master = Optional.of(new RoleHolder(HandNode.ID, FencingToken.of(0, 5)));
    Optional<byte[]> record = Optional.empty();
    int reads;
    int writes;
    /** False: what is asked is answered when a test has it so, or never. */
    boolean answers = true;

    RuntimeException writesFail = null;
    private final List<Runnable> late = new ArrayList<>();

    private <T> CompletionStage<T> answer(CompletableFuture<T> future, T value) {
        if (answers) {
            future.complete(value);
        } else {
            late.add(() -> future.complete(value));
        }
        return future;
    }

    void answerLate() {
        late.forEach(Runnable::run);
        late.clear();
    }

    @Override
    public CompletionStage<Optional<byte[]>> record(String name, Duration limit) {
        reads++;
        return answer(new CompletableFuture<>(), record);
    }

    @Override
    public CompletionStage<Boolean> replaceRecord(
            String name, Optional<byte[]> expected, byte[] value, Duration limit) {
        writes++;
        if (writesFail != null) {
            throw writesFail;
        }
        boolean same = Arrays.equals(expected.orElse(null), record.orElse(null));
        if (same) {
            record = Optional.of(value);
        }
        return answer(new CompletableFuture<>(), same);
    }

    @Override
    public Optional<RoleHolder> announcedMaster() {
        return master;
    }

    @Override
    public boolean isMaster() {
        return master.filter(one -> one.nodeId().equals(HandNode.ID)).isPresent();
    }

    @Override
    public void onMaster(Runnable listener) {}

    @Override
    public long position() {
        return 0;
    }

    @Override
    public CompletionStage<Void> confirm(Bound bound, Duration limit) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<String> logId() {
        return Optional.of("9d0f.0");
    }

    @Override
    public CompletionStage<StateCut> cut(Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException("no cuts"));
    }

    @Override
    public CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException("no parts"));
    }

    @Override
    public StateContents contents() {
        throw new UnsupportedOperationException();
    }
}
