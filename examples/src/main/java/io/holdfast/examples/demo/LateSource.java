package io.holdfast.examples.demo;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A source of backups that the builder is told of before it can be made: one of a node's own state exists when the node has started.
 * Until then a backup waits. Safe from any thread.
 */
final class LateSource implements BackupSource {
    private final String name;
    private final BackupKind kind;
    private final CompletableFuture<BackupSource> source = new CompletableFuture<>();

    LateSource(String name, BackupKind kind) {
        this.name = name;
        this.kind = kind;
    }

    /** Here it is. */
    void is(BackupSource made) {
        source.complete(made);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BackupKind kind() {
        return kind;
    }

    @Override
    public CompletionStage<? extends Prepared> prepare(Duration limit) {
        return source.thenCompose(made -> made.prepare(limit));
    }
}
