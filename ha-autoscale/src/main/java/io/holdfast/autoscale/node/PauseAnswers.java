package io.holdfast.autoscale.node;

import io.holdfast.core.NotAvailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who has paused scaling, or had it go on, and waits until that is kept. Not thread-safe. */
final class PauseAnswers {
    private final List<CompletableFuture<Boolean>> asked = new ArrayList<>();
    /** Those of the record that is being kept. */
    private final List<CompletableFuture<Boolean>> saved = new ArrayList<>();

    /** Who pauses by the record that is being kept; null while none is. */
    private @Nullable String saving;
    /** By the one that was kept last; null if none was. */
    private @Nullable String kept;

    /**
     * The scaler has been told.
     *
     * @param by who paused it; empty if it goes on
     * @param answer true when it is kept
     */
    void ask(String by, CompletableFuture<Boolean> answer) {
        if (saving == null && by.equals(kept)) {
            answer.complete(true);
        } else if (by.equals(saving)) {
            saved.add(answer);
        } else {
            asked.add(answer);
        }
    }

    /** A record with all that the scaler has been told is to be kept. */
    void saving(String by) {
        saving = by;
        saved.addAll(asked);
        asked.clear();
    }

    void saved() {
        kept = saving;
        saving = null;
        saved.forEach(answer -> answer.complete(true));
        saved.clear();
    }

    void ended(String node, String reason) {
        saved.addAll(asked);
        asked.clear();
        saved.forEach(answer -> answer.completeExceptionally(new NotAvailableException(node
                + " no longer decides on scaling: " + reason + "; whether it was kept is not known, so do it again")));
        saved.clear();
        saving = null;
        kept = null;
    }
}
