package io.holdfast.replication.bootstrap;

import io.holdfast.replication.log.IdentityFile.Voter;
import java.util.Map;
import java.util.UUID;

/** What nodes say while they form a cluster. */
sealed interface FormationMessage {

    /** The coordinator's plan: write it down. */
    record Plan(UUID clusterId, Map<String, Voter> voters) implements FormationMessage {}

    /** It is written. */
    record Agreed(UUID clusterId, Map<String, Voter> voters) implements FormationMessage {}

    /** All have written it: the cluster exists. */
    record Formed(UUID clusterId, Map<String, Voter> voters) implements FormationMessage {}

    /** It will not be written. */
    record Refusal(String reason) implements FormationMessage {}
}
