package io.holdfast.backup.plan;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A source named {@code files}, which is ready when a test says so. */
final class Pieces implements BackupSource {
    final List<CompletableFuture<Prepared>> asked = new ArrayList<>();
    int closed;

    @Override
    public String name() {
        return "files";
    }

    @Override
    public BackupKind kind() {
        return BackupKind.PHYSICAL;
    }

    @Override
    public CompletionStage<? extends Prepared> prepare(Duration limit) {
        CompletableFuture<Prepared> stage = new CompletableFuture<>();
        asked.add(stage);
        return stage;
    }

    /** What was asked for at last is ready. */
    void ready() {
        asked.get(asked.size() - 1).complete(prepared(() -> {}));
    }

    /** @param before run in the midst of writing */
    Prepared prepared(Runnable before) {
        return new Prepared() {
            @Override
            public Outcome writeTo(Parts parts) throws IOException {
                parts.put("one", false, out -> {
                    before.run();
                    out.write("files".getBytes(StandardCharsets.UTF_8));
                });
                return new Outcome(Optional.empty(), Map.of(), List.of());
            }

            @Override
            public void close() {
                closed++;
            }
        };
    }
}
