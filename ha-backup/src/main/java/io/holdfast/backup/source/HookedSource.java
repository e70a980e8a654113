package io.holdfast.backup.source;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A source with a hook around it. */
final class HookedSource implements BackupSource {
    private final BackupSource source;
    private final BackupHook hook;

    HookedSource(BackupSource source, BackupHook hook) {
        this.source = source;
        this.hook = hook;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public BackupKind kind() {
        return source.kind();
    }

    @Override
    public CompletionStage<Prepared> prepare(Duration limit) {
        return source.prepare(limit).thenApply(Hooked::new);
    }

    private final class Hooked implements Prepared {
        private final Prepared prepared;

        private Hooked(Prepared prepared) {
            this.prepared = prepared;
        }

        @Override
        public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
            Outcome outcome;
            try {
                hook.before(parts);
                outcome = prepared.writeTo(parts);
            } catch (IOException | InterruptedException | RuntimeException | Error failure) {
                try {
                    after(parts, failure);
                } catch (IOException | InterruptedException | RuntimeException also) {
                    failure.addSuppressed(also);
                }
                throw failure;
            }
            Map<String, String> facts = new LinkedHashMap<>(outcome.facts());
            facts.putAll(after(parts, null));
            return new Outcome(outcome.range(), facts, outcome.remarks());
        }

        /** An interrupt of what went before must not keep it from its work. */
        private Map<String, String> after(Parts parts, @Nullable Throwable failure)
                throws IOException, InterruptedException {
            boolean interrupted = Thread.interrupted();
            try {
                return hook.after(parts, Optional.ofNullable(failure));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void close() {
            prepared.close();
        }
    }
}
