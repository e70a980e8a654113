package io.holdfast.replication.bootstrap;

import io.holdfast.replication.log.Voter;
import java.util.List;
import java.util.UUID;

/** What nodes say while they form a cluster. */
sealed interface FormationMessage {

    /**
     * The coordinator's plan: write it down.
     *
     * @param level the {@link io.holdfast.replication.log.FeatureLevel} that the log is to begin with
     */
    record Plan(UUID clusterId, List<Voter> voters, int level) implements FormationMessage {}

    /** It is written. */
    record Agreed(UUID clusterId, List<Voter> voters, int level) implements FormationMessage {}

    /**
     * All have written it: the cluster exists. Said to whoever comes later, too, with those who vote by then.
     *
     * @param formedLevel the level that the log began with
     * @param level the log's by now, as far as the sender knows
     */
    record Formed(UUID clusterId, UUID logId, List<Voter> voters, int formedLevel, int level)
            implements FormationMessage {}

    /** It will not be written. */
    record Refusal(String reason) implements FormationMessage {}
}
