package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.testing.ThreadRuntime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What features know of roles. */
@Timeout(60)
class FeatureRoleTest {
    private final FakeElection election = new FakeElection();

    @Test
    void aFeatureSeesWhoHoldsARole() {
        try (HaCluster cluster = HaCluster.builder("shop")
                .node(Node.of("node-1"))
                .with(election)
                .runtime(new ThreadRuntime())
                .start()) {
            assertEquals(Optional.empty(), election.context().holder("holdfast.jobs"));
            election.taken("holdfast.jobs", "node-2");
            assertEquals(
                    Optional.of("node-2"),
                    election.context().holder("holdfast.jobs").map(RoleHolder::nodeId));
            assertEquals("shop", cluster.name());
        }
    }
}
