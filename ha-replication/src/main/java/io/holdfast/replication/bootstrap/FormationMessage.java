package io.holdfast.replication.bootstrap;

import io.holdfast.replication.log.Voter;
import java.util.List;
import java.util.UUID;

/** What nodes say while they form a cluster. */
sealed interface FormationMessage {

    /** The coordinator's plan: write it down. */
    record Plan(UUID clusterId, List<Voter> voters) implements FormationMessage {}

    /** It is written. */
    record Agreed(UUID clusterId, List<Voter> voters) implements FormationMessage {}

    /** All have written it: the cluster exists. Said to whoever comes later, too, with those who vote by then. */
    record Formed(UUID clusterId, UUID logId, List<Voter> voters) implements FormationMessage {}

    /** It will not be written. */
    record Refusal(String reason) implements FormationMessage {}
}
