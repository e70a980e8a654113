package io.holdfast.core;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** This node's standing for a role. Safe from any thread. */
public final class RoleCandidacy implements AutoCloseable {
    private final Tenures tenures;
    private final Tenure tenure;

    RoleCandidacy(Tenures tenures, Tenure tenure) {
        this.tenures = tenures;
        this.tenure = tenure;
    }

    /** The grant that this node holds; empty if it holds none. */
    public Optional<Grant> grant() {
        return Optional.ofNullable(tenure.grant());
    }

    /**
     * Gives the role to that node in good order: this node's task ends first.
     *
     * @param to a node id; empty for whoever suits best
     * @return completes when another node holds the role; with {@link NotAvailableException} if this node does not hold it, or
     *     nobody can take it, and then nothing has changed; with {@link OutcomeUnknownException} if it takes longer than {@code
     *     stopWithin} and ten seconds
     */
    public CompletableFuture<RoleHolder> handOver(String to) {
        return tenures.handOver(tenure, to);
    }

    /** Ends the task, if it runs, and stands no longer. Returns at once; idempotent. */
    @Override
    public void close() {
        tenures.close(tenure);
    }

    @Override
    public String toString() {
        return tenure.toString();
    }
}
