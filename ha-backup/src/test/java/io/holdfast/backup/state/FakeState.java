package io.holdfast.backup.state;

import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** State whose answers a test gives. */
final class FakeState implements ReplicatedState {
    static final String LOG_ID = "9d0f.0";

    CompletableFuture<StateCut> cut = new CompletableFuture<>();
    CompletableFuture<LogPart> part = new CompletableFuture<>();
    long asked = -1;
    int askedBytes;

    /** A cut that counts how often it was closed. */
    static final class Cut implements StateCut {
        private final byte[] content;
        private final long bytes;
        int closed;

        Cut(byte[] content, long bytes) {
            this.content = content;
            this.bytes = bytes;
        }

        @Override
        public String logId() {
            return LOG_ID;
        }

        @Override
        public long index() {
            return 42;
        }

        @Override
        public long term() {
            return 7;
        }

        @Override
        public long wallMillis() {
            return 1_796_000_000_000L;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Override
    public Optional<RoleHolder> announcedMaster() {
        return Optional.empty();
    }

    @Override
    public void onMaster(Runnable listener) {}

    @Override
    public boolean isMaster() {
        return false;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public CompletionStage<Void> confirm(Bound bound, Duration limit) {
        return new CompletableFuture<>();
    }

    @Override
    public Optional<String> logId() {
        return Optional.of(LOG_ID);
    }

    @Override
    public CompletionStage<StateCut> cut(Duration limit) {
        return cut;
    }

    @Override
    public StateContents contents() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit) {
        asked = index;
        askedBytes = maxBytes;
        return part;
    }
}
