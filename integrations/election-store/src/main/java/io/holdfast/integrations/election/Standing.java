package io.holdfast.integrations.election;

import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.ElectionEngine.Campaign;
import org.jspecify.annotations.Nullable;

/** This node's standing for one role. */
final class Standing {
    final Campaign campaign;
    /** Of the grant that has been told and has not ended. */
    @Nullable
    FencingToken granted;
    /** The version of the role's record that says so. */
    long grantedVersion;

    long grantedNanos;
    boolean paused;
    long pausedUntilNanos;
    boolean asked;
    long askedNanos;

    Standing(Campaign campaign) {
        this.campaign = campaign;
    }

    NodeRecord.Bid bid() {
        return new NodeRecord.Bid(campaign.priority(), paused);
    }
}
