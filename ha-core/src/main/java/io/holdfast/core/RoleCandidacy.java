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
     * @return completes when another node holds the role. With {@link NotAvailableException} if it is not handed over: either
     *     this node does not hold it, or is stopping, or nobody can take it, and then nothing has changed; or it was given up, so
     *     that the task has ended, nobody else took it, and this node holds it again, by a new grant with a higher token, as the
     *     message then says. With {@link OutcomeUnknownException} if it takes longer than {@code stopWithin} and ten seconds, or
     *     this node stops meanwhile
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
